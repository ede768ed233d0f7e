// @ts-types="@types/node-forge"
import forge from "node-forge";

const { pki } = forge;
const DAY = 86_400_000;

/** PEM texts of a certificate and its private key. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** An authority made for one test, and what it vouches for. */
export interface Certificates {
  /** The authority's certificate, as a PEM text. */
  readonly ca: string;
  /** A broker at `localhost` and 127.0.0.1. */
  readonly server: Identity;
  readonly client: Identity;
}

/** Makes an authority, a broker's certificate and a client's. */
export function makeCertificates(): Certificates {
  const authority = pki.rsa.generateKeyPair(2048);
  const ca = pki.createCertificate();
  const name = [{ name: "commonName", value: "Authority of a test" }];
  fill(ca, authority.publicKey, name, name, [
    { name: "basicConstraints", cA: true, critical: true },
    { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
  ]);
  ca.sign(authority.privateKey, forge.md.sha256.create());

  const issue = (value: string, extensions: object[]): Identity => {
    const keys = pki.rsa.generateKeyPair(2048);
    const certificate = pki.createCertificate();
    const subject = [{ name: "commonName", value }];
    fill(certificate, keys.publicKey, subject, name, extensions);
    certificate.sign(authority.privateKey, forge.md.sha256.create());
    return {
      cert: pki.certificateToPem(certificate),
      key: pki.privateKeyToPem(keys.privateKey),
    };
  };
  return {
    ca: pki.certificateToPem(ca),
    server: issue("localhost", [{
      name: "subjectAltName",
      // Kinds of names (RFC 5280, 4.2.1.6): 2 is DNS, 7 an address.
      altNames: [{ type: 2, value: "localhost" }, { type: 7, ip: "127.0.0.1" }],
    }]),
    client: issue("client", [{ name: "extKeyUsage", clientAuth: true }]),
  };
}

function fill(
  certificate: forge.pki.Certificate,
  publicKey: forge.pki.PublicKey,
  subject: forge.pki.CertificateField[],
  issuer: forge.pki.CertificateField[],
  extensions: object[],
): void {
  certificate.publicKey = publicKey;
  certificate.serialNumber = `01${crypto.randomUUID().replaceAll("-", "")}`;
  certificate.validity.notBefore = new Date(Date.now() - DAY);
  certificate.validity.notAfter = new Date(Date.now() + DAY);
  certificate.setSubject(subject);
  certificate.setIssuer(issuer);
  certificate.setExtensions(extensions);
}
