declare module "upng-js" {
  interface Picture {
    width: number;
    height: number;
  }
  const UPNG: {
    decode: (png: ArrayBuffer) => Picture;
    toRGBA8: (picture: Picture) => ArrayBuffer[];
    /** With so many colours at most; 0 keeps them all. */
    encode: (frames: ArrayBuffer[], width: number, height: number, colours: number) => ArrayBuffer;
  };
  export default UPNG;
}
