// Whether the keys in a document of ways in are keys: what its shape cannot say.
import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from "node:crypto";
import type { FieldError } from "../../../shared/schema/errors.ts";
import type { ProviderConfig, ProvidersDocument } from "../../../shared/schema/platform/index.ts";

/** One entry for each key that cannot be used for what it is there; none for a document that works. Quotes nothing of them. */
export function unusableKeys(document: ProvidersDocument): FieldError[] {
  const errors: FieldError[] = [];
  for (const [name, config] of Object.entries(document)) {
    for (const { at, message } of checksOf(config)) errors.push({ field: `${name}.${at}`, message });
  }
  return errors;
}

interface Unusable {
  readonly at: string;
  readonly message: string;
}

function checksOf(config: ProviderConfig): Unusable[] {
  switch (config.kind) {
    case "oidc":
      return config.appleKey === undefined
        ? []
        : isKey(() => createPrivateKey(config.appleKey?.privateKey ?? ""), "ec")
          ? []
          : [{ at: "appleKey.privateKey", message: "must be the P-256 key that Apple gave, as PEM" }];
    case "xbox":
      return config.privateKeys.flatMap((pem, i) =>
        isKey(() => createPrivateKey(pem), "rsa")
          ? []
          : [{ at: `privateKeys[${i}]`, message: "must be an RSA key as PKCS #8 PEM, without a password" }],
      );
    case "game-center":
      return (config.trustedIssuers ?? []).flatMap((pem, i) =>
        isKey(() => new X509Certificate(pem).publicKey)
          ? []
          : [{ at: `trustedIssuers[${i}]`, message: "must be an X.509 certificate as PEM" }],
      );
    case "custom":
      return (config.jwks?.keys ?? []).flatMap((jwk, i) => {
        // A private key would be shown to whoever may read the document.
        const isPublic = !("d" in jwk) && isKey(() => createPublicKey({ key: jwk, format: "jwk" }));
        return isPublic
          ? []
          : [{ at: `jwks.keys[${i}]`, message: "must be a public key as JWK, without private parts" }];
      });
    default:
      return [];
  }
}

function isKey(read: () => KeyObject, type?: string): boolean {
  try {
    const { asymmetricKeyType } = read();
    return type === undefined || asymmetricKeyType === type;
  } catch {
    // The system's words for it may quote the key.
    return false;
  }
}
