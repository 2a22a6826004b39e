// Pictures for documents: of 256 colours, which screens of text hardly need, and so a third of the size.

import UPNG from "upng-js";

export function smaller(png: Buffer): Buffer {
  const picture = UPNG.decode(png.buffer.slice(png.byteOffset, png.byteOffset + png.byteLength) as ArrayBuffer);
  const { width, height } = picture;
  return Buffer.from(UPNG.encode(UPNG.toRGBA8(picture), width, height, 256));
}
