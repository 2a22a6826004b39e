// Passkeys: what the browser wants as bytes travels as base64url.

export function toBase64Url(bytes: ArrayBuffer | Uint8Array): string {
  let text = "";
  for (const byte of bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes)) {
    text += String.fromCharCode(byte);
  }
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = new Uint8Array(plain.length);
  for (let index = 0; index < plain.length; index += 1) {
    bytes[index] = plain.charCodeAt(index);
  }
  return bytes;
}

export interface Signed {
  challenge_id: string;
  id: string;
  client_data: string;
  authenticator_data: string;
  signature: string;
}

interface DescriptorJson {
  id: string;
  type: "public-key";
  transports?: AuthenticatorTransport[];
}

export interface RequestOptionsJson extends Omit<PublicKeyCredentialRequestOptions, "challenge" | "allowCredentials"> {
  challenge: string;
  allowCredentials?: DescriptorJson[];
}

export interface CreationOptionsJson
  extends Omit<PublicKeyCredentialCreationOptions, "challenge" | "user" | "excludeCredentials"> {
  challenge: string;
  user: { id: string; name: string; displayName: string };
  excludeCredentials?: DescriptorJson[];
}

/** Whether this browser can use passkeys here: they need a secure context. */
export function canUsePasskeys(): boolean {
  return window.isSecureContext && "credentials" in navigator && typeof PublicKeyCredential !== "undefined";
}

/** Signs the challenge with a passkey that the person picks. */
export async function sign(challengeId: string, options: RequestOptionsJson): Promise<Signed> {
  const credential = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: fromBase64Url(options.challenge),
      allowCredentials: options.allowCredentials?.map(descriptor) ?? [],
    },
  });
  if (!(credential instanceof PublicKeyCredential)) {
    throw new Error("the browser gave no passkey");
  }
  const response = credential.response as AuthenticatorAssertionResponse;
  return {
    challenge_id: challengeId,
    id: toBase64Url(credential.rawId),
    client_data: toBase64Url(response.clientDataJSON),
    authenticator_data: toBase64Url(response.authenticatorData),
    signature: toBase64Url(response.signature),
  };
}

export interface NewPasskey {
  challenge_id: string;
  id: string;
  client_data: string;
  authenticator_data: string;
}

/** Makes a new passkey on a device that the person picks. */
export async function create(challengeId: string, options: CreationOptionsJson): Promise<NewPasskey> {
  const credential = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: fromBase64Url(options.challenge),
      user: { ...options.user, id: fromBase64Url(options.user.id) },
      excludeCredentials: options.excludeCredentials?.map(descriptor) ?? [],
    },
  });
  if (!(credential instanceof PublicKeyCredential)) {
    throw new Error("the browser made no passkey");
  }
  const response = credential.response as AuthenticatorAttestationResponse;
  return {
    challenge_id: challengeId,
    id: toBase64Url(credential.rawId),
    client_data: toBase64Url(response.clientDataJSON),
    authenticator_data: toBase64Url(response.getAuthenticatorData()),
  };
}

function descriptor(json: DescriptorJson): PublicKeyCredentialDescriptor {
  return { ...json, id: fromBase64Url(json.id) };
}
