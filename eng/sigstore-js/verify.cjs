// Verifies an attestation with @sigstore/verify, whose packages are in $SIGSTORE_JS. That library leaves it to its caller
// to compare the artifact with the statement's subjects.
//   node verify.cjs BUNDLE TRUSTED_ROOT SHA256 LOG_ENTRIES TIMES KEY_FILE
//   node verify.cjs BUNDLE TRUSTED_ROOT SHA256 LOG_ENTRIES TIMES IDENTITY ISSUER
const { readFileSync } = require('fs');
const { createPublicKey } = require('crypto');
const load = require('module').createRequire(`${process.env.SIGSTORE_JS}/verify.cjs`);
const { bundleFromJSON } = load('@sigstore/bundle');
const { TrustedRoot } = load('@sigstore/protobuf-specs');
const { Verifier, toSignedEntity, toTrustMaterial } = load('@sigstore/verify');

const [bundleFile, rootFile, sha256, logEntries, times, signer, issuer] = process.argv.slice(2);
const json = (file) => JSON.parse(readFileSync(file, 'utf8'));
const bundle = bundleFromJSON(json(bundleFile));
const key = issuer ? undefined : createPublicKey(readFileSync(signer));
const keys = key && (() => ({ publicKey: key, validFor: () => true }));
const thresholds = { tlogThreshold: Number(logEntries), ctlogThreshold: issuer ? 1 : 0, timestampThreshold: Number(times) };
const policy = issuer && { subjectAlternativeName: signer, extensions: { issuer } };
new Verifier(toTrustMaterial(TrustedRoot.fromJSON(json(rootFile)), keys), thresholds).verify(toSignedEntity(bundle), policy);

const { subject } = JSON.parse(bundle.content.dsseEnvelope.payload);
if (!subject.some(({ digest }) => digest.sha256 === sha256)) {
  throw new Error(`the statement is not about sha256:${sha256}`);
}
