// X.509 certificates that a proof names by an address, taken from configured places only, and kept for a while.
import { X509Certificate } from "node:crypto";
import type { ProviderHttp } from "./provider-http.ts";
import { invalidProof } from "./refusals.ts";

/** How long a certificate is kept, in milliseconds. */
export const CERTIFICATE_MAX_AGE_MS = 86_400_000;

/** How long an address at which there is none is not asked again, in milliseconds. */
export const MISSING_MEMORY_MS = 60_000;

/** Most addresses that are remembered; providers use a few, and a stranger can make up any number below the configured places. */
export const MAX_CERTIFICATES = 32;

/** Longest address that is looked at, in characters. */
const MAX_ADDRESS_LENGTH = 512;

interface Kept {
  readonly certificate: X509Certificate | undefined;
  readonly until: number;
}

/** Where certificates may come from, and who must have issued them. */
export interface CertificatePlaces {
  /** Beginnings of addresses, each ending with a slash. */
  readonly urls: readonly string[];
  /** PEM of certificates, one of which must have issued what is fetched. None means that the place vouches for it, by TLS. */
  readonly trustedIssuers?: readonly string[] | undefined;
}

/** Fetches and keeps certificates. */
export class RemoteCertificates {
  readonly #http: ProviderHttp;
  readonly #places: readonly string[];
  readonly #issuers: readonly X509Certificate[] | undefined;
  readonly #kept = new Map<string, Kept>();

  constructor(http: ProviderHttp, { urls, trustedIssuers }: CertificatePlaces) {
    this.#http = http;
    this.#places = urls;
    this.#issuers = trustedIssuers?.map((pem) => new X509Certificate(pem));
  }

  /**
   * The certificate at `address`, good at `nowMs`. Throws `proof.invalid` for an address outside of the configured places
   * and for a certificate that is not good, and `provider.unavailable` when the place does not answer.
   */
  async get(address: string, nowMs: number): Promise<X509Certificate> {
    const url = this.#allowed(address);
    const kept = this.#kept.get(url);
    const certificate = kept !== undefined && nowMs < kept.until ? kept.certificate : await this.#fetch(url, nowMs);
    if (certificate === undefined) throw invalidProof("there is no certificate where it says that one is");
    if (nowMs < Date.parse(certificate.validFrom) || nowMs > Date.parse(certificate.validTo)) {
      throw invalidProof("the certificate of its key is not good now");
    }
    if (this.#issuers !== undefined && !this.#issuers.some((issuer) => isIssuedBy(certificate, issuer))) {
      throw invalidProof("the certificate of its key was not issued by a trusted one");
    }
    return certificate;
  }

  /** The address as a URL parser understands it, so that no `..` or `@` leads out of the place that it begins with. */
  #allowed(address: string): string {
    const href = address.length <= MAX_ADDRESS_LENGTH && URL.canParse(address) ? new URL(address).href : "";
    const isAllowed = this.#places.some((place) => place.endsWith("/") && href.startsWith(place));
    if (!isAllowed || href.includes("#")) throw invalidProof("its certificate is not where the provider keeps them");
    return href;
  }

  async #fetch(url: string, nowMs: number): Promise<X509Certificate | undefined> {
    const { status, body } = await this.#http.ask(url);
    const certificate = status === 200 ? this.#parsed(url, body) : undefined;
    const oldest = this.#kept.keys().next();
    if (!this.#kept.has(url) && this.#kept.size >= MAX_CERTIFICATES && !oldest.done) this.#kept.delete(oldest.value);
    const ageMs = certificate === undefined ? MISSING_MEMORY_MS : CERTIFICATE_MAX_AGE_MS;
    this.#kept.set(url, { certificate, until: nowMs + ageMs });
    return certificate;
  }

  #parsed(url: string, body: Buffer): X509Certificate {
    try {
      return new X509Certificate(body);
    } catch {
      throw this.#http.nonsense(url, "what it has there is not a certificate");
    }
  }
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}
