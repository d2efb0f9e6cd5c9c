// Makes X.509 certificates (RFC 5280) for tests: just what is needed to hold a key, a name, an issuer and two times.
import { createSign, type KeyObject } from "node:crypto";

const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const UTF8_STRING = 0x0c;
const GENERALIZED_TIME = 0x18;
const EXPLICIT_0 = 0xa0;
/** sha256WithRSAEncryption, with its NULL. */
const SHA256_RSA = Buffer.from("300d06092a864886f70d01010b0500", "hex");
/** The OID of commonName. */
const COMMON_NAME = Buffer.from("0603550403", "hex");

/** Who a certificate is for, and who signs it. */
export interface CertificateWish {
  readonly name: string;
  readonly publicKey: KeyObject;
  readonly issuerName: string;
  /** An RSA key. */
  readonly issuerKey: KeyObject;
  readonly validFromMs?: number;
  readonly validToMs?: number;
}

/** A certificate as DER. It is good from a day ago to in a day, unless told otherwise. */
export function testCertificate(wish: CertificateWish): Buffer {
  const dayMs = 86_400_000;
  const from = wish.validFromMs ?? Date.now() - dayMs;
  const to = wish.validToMs ?? Date.now() + dayMs;
  const signed = der(
    SEQUENCE,
    der(EXPLICIT_0, der(INTEGER, Buffer.from([2]))),
    der(INTEGER, Buffer.from([1])),
    SHA256_RSA,
    nameOf(wish.issuerName),
    der(SEQUENCE, timeOf(from), timeOf(to)),
    nameOf(wish.name),
    wish.publicKey.export({ type: "spki", format: "der" }),
  );
  const signature = createSign("sha256").update(signed).sign(wish.issuerKey);
  return der(SEQUENCE, signed, SHA256_RSA, der(BIT_STRING, Buffer.from([0]), signature));
}

/** The same in the text form of RFC 7468. */
export function asPem(certificate: Buffer): string {
  const lines = certificate.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  if (content.length < 128) return Buffer.concat([Buffer.from([tag, content.length]), content]);
  const hex = content.length.toString(16);
  const length = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, content]);
}

function nameOf(name: string): Buffer {
  return der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8_STRING, Buffer.from(name)))));
}

function timeOf(ms: number): Buffer {
  const text = new Date(ms).toISOString().replace(/[-:T]|\.\d{3}/g, "");
  return der(GENERALIZED_TIME, Buffer.from(text));
}
