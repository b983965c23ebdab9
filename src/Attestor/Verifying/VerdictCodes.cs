namespace Provenance.Attestor.Verifying;

/// <summary>
/// Every code that a verdict or a candidate's report can carry. They stand in the order of the checks: a candidate whose code stands
/// further down came closer to passing.
/// </summary>
public static class VerdictCodes
{
    /// <summary>The referrer is no attestation: it is not exactly one layer with a Sigstore bundle.</summary>
    public const string NotEvidence = "NOT_EVIDENCE";

    /// <summary>The registry lists an attestation that it does not have.</summary>
    public const string EvidenceMissing = "EVIDENCE_MISSING";

    /// <summary>There is no attestation of the kind that was asked for.</summary>
    public const string NoEvidence = "NO_EVIDENCE";

    /// <summary>There is no policy or key that this artifact could be verified against.</summary>
    public const string NoPolicy = "NO_POLICY";

    /// <summary>The registry could not be asked, or did not answer properly.</summary>
    public const string FetchFailed = "FETCH_FAILED";

    /// <summary>The registry refused to show the attestations.</summary>
    public const string FetchUnauthorized = "FETCH_UNAUTHORIZED";

    /// <summary>The verification did not end within its time limit.</summary>
    public const string FetchTimeout = "FETCH_TIMEOUT";

    /// <summary>The registry answered other bytes than the digest asked for.</summary>
    public const string DigestLie = "DIGEST_LIE";

    /// <summary>There are more attestations than are looked at, and none of those seen passed.</summary>
    public const string EvidenceLimit = "EVIDENCE_LIMIT";

    /// <summary>A piece of evidence is larger, or has more parts, than is read.</summary>
    public const string Limit = "LIMIT";

    /// <summary>A piece of evidence is not the JSON that its format asks for.</summary>
    public const string JsonInvalid = "JSON_INVALID";

    /// <summary>A piece of evidence uses a JSON name twice, so that readers could disagree about it.</summary>
    public const string JsonDuplicate = "JSON_DUPLICATE";

    /// <summary>A piece of evidence has base64 that is not strict: blanks, missing padding or dirty tail bits.</summary>
    public const string Base64 = "BASE64";

    /// <summary>The bundle has a version that is not read.</summary>
    public const string BundleVersion = "BUNDLE_VERSION";

    /// <summary>The bundle holds something other than one attestation by one signer.</summary>
    public const string BundleContent = "BUNDLE_CONTENT";

    /// <summary>The envelope has no signature, or more than allowed; a bundle has exactly one.</summary>
    public const string SigCount = "SIG_COUNT";

    /// <summary>The signed content does not say that it is an in-toto statement.</summary>
    public const string PayloadType = "PAYLOAD_TYPE";

    /// <summary>The evidence was signed with a certificate, but a key was asked for.</summary>
    public const string KeyExpected = "KEY_EXPECTED";

    /// <summary>The evidence was signed with a key, but an identity was asked for.</summary>
    public const string CertExpected = "CERT_EXPECTED";

    /// <summary>The certificate in the bundle cannot be read.</summary>
    public const string CertInvalid = "CERT_INVALID";

    /// <summary>The bundle has no transparency log entry, and one is asked for.</summary>
    public const string TlogMissing = "TLOG_MISSING";

    /// <summary>The log entry is of a log that the trusted root does not list, or lists for another time.</summary>
    public const string TlogUntrusted = "TLOG_UNTRUSTED";

    /// <summary>The log's promise (signed entry timestamp) does not hold.</summary>
    public const string TlogSet = "TLOG_SET";

    /// <summary>There is no proof that the log holds the entry, or the proof or its checkpoint does not hold.</summary>
    public const string TlogProof = "TLOG_PROOF";

    /// <summary>The log entry is about another signature, signer or content than the bundle.</summary>
    public const string TlogMismatch = "TLOG_MISMATCH";

    /// <summary>The timestamp cannot be read, or was not made over this signature.</summary>
    public const string TimeInvalid = "TIME_INVALID";

    /// <summary>The timestamp is by an authority that the trusted root does not list, or lists for another time.</summary>
    public const string TimeUntrusted = "TIME_UNTRUSTED";

    /// <summary>Nobody who is trusted saw the signature, so that it is not known whether the certificate was valid then, or the log trusted.</summary>
    public const string TimeMissing = "TIME_MISSING";

    /// <summary>The signature was made when the certificate, or its authority, was not valid.</summary>
    public const string TimeOutOfRange = "TIME_OUT_OF_RANGE";

    /// <summary>No certificate authority of the trusted root issued the certificate, or it is not one to sign with.</summary>
    public const string CertChain = "CERT_CHAIN";

    /// <summary>No certificate log of the trusted root has promised to hold the certificate (SCT).</summary>
    public const string CertSct = "CERT_SCT";

    /// <summary>The key is of a kind that is not supported here.</summary>
    public const string KeyAlgUnsupported = "KEY_ALG_UNSUPPORTED";

    /// <summary>The evidence was signed with a key that is not among the trusted ones.</summary>
    public const string SignerUntrusted = "SIGNER_UNTRUSTED";

    /// <summary>The signature was not made by a trusted key over this content.</summary>
    public const string SigInvalid = "SIG_INVALID";

    /// <summary>The certificate names another signer, or another issuer vouched for it.</summary>
    public const string Identity = "IDENTITY";

    /// <summary>The key made the signature at a time when it was not trusted, or nobody who is trusted saw when.</summary>
    public const string KeyWindow = "KEY_WINDOW";

    /// <summary>The signed content is no statement that can be used.</summary>
    public const string StatementInvalid = "STATEMENT_INVALID";

    /// <summary>The statement names its subjects only by digests that are too weak or unknown.</summary>
    public const string SubjectWeakDigest = "SUBJECT_WEAK_DIGEST";

    /// <summary>The statement speaks of other artifacts.</summary>
    public const string SubjectMismatch = "SUBJECT_MISMATCH";

    /// <summary>The statement is of another kind than asked for.</summary>
    public const string PredicateType = "PREDICATE_TYPE";

    /// <summary>The predicate lacks a field that it must have, or has it in a wrong form.</summary>
    public const string PredicateInvalid = "PREDICATE_INVALID";

    /// <summary>The provenance is genuine, but the run that it describes did not succeed.</summary>
    public const string RunNotSucceeded = "RUN_NOT_SUCCEEDED";

    /// <summary>This signer may not speak for this builder.</summary>
    public const string BuilderUntrusted = "BUILDER_UNTRUSTED";

    /// <summary>The build type is not one that the policy accepts from this builder.</summary>
    public const string BuildType = "BUILD_TYPE";

    /// <summary>The policy trusts this builder for a lower SLSA build level than it requires.</summary>
    public const string LevelTooLow = "LEVEL_TOO_LOW";

    /// <summary>The provenance does not name the source that it was built from.</summary>
    public const string SourceMissing = "SOURCE_MISSING";

    /// <summary>The artifact was built from another repository.</summary>
    public const string SourceMismatch = "SOURCE_MISMATCH";

    /// <summary>The source is not pinned to a commit.</summary>
    public const string SourceUnpinned = "SOURCE_UNPINNED";

    /// <summary>The artifact was built from another branch or tag.</summary>
    public const string RefMismatch = "REF_MISMATCH";

    /// <summary>A parameter that the policy requires is not among the external parameters.</summary>
    public const string ParamMissing = "PARAM_MISSING";

    /// <summary>A parameter has a value that the policy does not accept.</summary>
    public const string ParamValue = "PARAM_VALUE";

    /// <summary>The build had a parameter that the policy does not know.</summary>
    public const string ParamUnknown = "PARAM_UNKNOWN";

    /// <summary>The trusted root cannot be used. On the command line this is an error message, and exit code 2.</summary>
    public const string TrustRootInvalid = "TRUST_ROOT_INVALID";

    /// <summary>A policy file cannot be used.</summary>
    public const string PolicyInvalid = "POLICY_INVALID";

    /// <summary>Every enforced requirement is met; one that only warns is not.</summary>
    public const string VerifiedWithWarnings = "VERIFIED_WITH_WARNINGS";

    /// <summary>Everything that was asked for is met.</summary>
    public const string Verified = "VERIFIED";

    /// <summary>All codes with their meaning.</summary>
    public static IReadOnlyList<VerdictCode> All { get; } =
    [
        new(NotEvidence, "The referrer is no attestation: it is not exactly one layer with a Sigstore bundle.", "Nothing, unless it should be one: attach bundles as `cosign attest` does."),
        new(EvidenceMissing, "The registry lists an attestation that it does not have.", "Repair the registry's referrers index, then attest again."),
        new(NoEvidence, "There is no attestation of the kind that was asked for.", "Check that the build was attested, that the digest is the one that was built, and that attestations were copied along with the image."),
        new(NoPolicy, "There is no policy or key that this artifact could be verified against.", "Give a key, or a policy whose match.images covers the artifact's name."),
        new(FetchFailed, "The registry could not be asked, or did not answer properly.", "Try again; if it stays so, check the registry and the network."),
        new(FetchUnauthorized, "The registry refused to show the attestations.", "Log in to the registry, or grant pull rights to the verifier."),
        new(FetchTimeout, "The verification did not end within its time limit.", "Try again; if it keeps happening, look at how fast the registry answers."),
        new(DigestLie, "The registry answered other bytes than the digest asked for.", "Do not use the artifact; find out what alters the registry's content."),
        new(EvidenceLimit, "There are more attestations than are looked at, and none of those seen passed.", "Remove needless referrers from the artifact; find out who adds them."),
        new(Limit, "A piece of evidence is larger, or has more parts, than is read.", "Attest with fewer subjects or a smaller predicate."),
        new(JsonInvalid, "A piece of evidence is not the JSON that its format asks for.", "Attest again; if a peer made it, report the message to its authors."),
        new(JsonDuplicate, "A piece of evidence uses a JSON name twice, so that readers could disagree about it.", "Do not trust it; attest again."),
        new(Base64, "A piece of evidence has base64 that is not strict: blanks, missing padding or dirty tail bits.", "Attest again with a signer that follows RFC 4648."),
        new(BundleVersion, "The bundle has a version that is not read.", "Use bundle version 0.3."),
        new(BundleContent, "The bundle holds something other than one attestation by one signer.", "Sign an attestation (DSSE envelope), not a plain signature."),
        new(SigCount, "The envelope has no signature, or more than allowed; a bundle has exactly one.", "Make one bundle for each signer."),
        new(PayloadType, "The signed content does not say that it is an in-toto statement.", "Sign with the payload type application/vnd.in-toto+json."),
        new(KeyExpected, "The evidence was signed with a certificate, but a key was asked for.", "Ask for the signer by `--certificate-identity` and `--certificate-oidc-issuer` with a trusted root, or attest with the key."),
        new(CertExpected, "The evidence was signed with a key, but an identity was asked for.", "Ask for the key (`--key`), or sign with a certificate."),
        new(CertInvalid, "The certificate in the bundle cannot be read.", "Sign again; if another program made it, tell its authors."),
        new(TlogMissing, "No transparency log entry comes with the signature, and one is asked for.", "Sign with a transparency log, or say `--without-transparency-log` if the signer uses none. An envelope from before bundles has its entry in the log only, where nobody looks it up: ask for a bundle."),
        new(TlogUntrusted, "The log entry is of a log that the trusted root does not list, or lists for another time.", "Check that the trusted root is the one of the signer's Sigstore instance, and that it is up to date."),
        new(TlogSet, "The log's promise (signed entry timestamp) does not hold.", "Do not trust it: the entry or its time was altered."),
        new(TlogProof, "There is no proof that the log holds the entry, or the proof or its checkpoint does not hold.", "Do not trust it; sign again."),
        new(TlogMismatch, "The log entry is about another signature, signer or content than the bundle.", "Do not trust it: the entry was taken from another bundle."),
        new(TimeInvalid, "The timestamp cannot be read, or was not made over this signature.", "Do not trust it; sign again."),
        new(TimeUntrusted, "The timestamp is by an authority that the trusted root does not list, or lists for another time.", "Check that the trusted root is the one of the signer's Sigstore instance, and that it is up to date."),
        new(TimeMissing, "Nobody who is trusted saw the signature, so that it is not known whether the certificate was valid then.", "Sign with a time stamping authority, or with a log that promises entries."),
        new(TimeOutOfRange, "The signature was made when the certificate, or its authority, was not valid.", "Do not trust it; sign again while the certificate is valid."),
        new(CertChain, "No certificate authority of the trusted root issued the certificate, or it is not one to sign with.", "Check that the trusted root is the one of the signer's Sigstore instance."),
        new(CertSct, "No certificate log of the trusted root has promised to hold the certificate (SCT).", "Check the trusted root. For an authority without such a log, say `--without-certificate-log`."),
        new(KeyAlgUnsupported, "The key is of a kind that is not supported here.", "Sign with ECDSA P-256, which works everywhere."),
        new(SignerUntrusted, "The evidence was signed with a key that is not among the trusted ones.", "If the signer should be trusted, add its key; else ignore this evidence."),
        new(SigInvalid, "The signature was not made by a trusted key over this content.", "Do not trust it: the content was altered, or another key signed it."),
        new(Identity, "The certificate names another signer, or another issuer vouched for it.", "If that signer should be trusted, ask for its identity and issuer; otherwise ignore this evidence."),
        new(KeyWindow, "The key made the signature when it was not trusted, or nobody who is trusted saw when it did.", "Sign with the key that is in use now, with a timestamp or a log entry; or correct notBefore and notAfter of the signer."),
        new(StatementInvalid, "The signed content is no statement that can be used.", "Attest again; the message names the field."),
        new(SubjectWeakDigest, "The statement names its subjects only by digests that are too weak or unknown.", "Attest again with SHA-256 digests."),
        new(SubjectMismatch, "The statement speaks of other artifacts.", "Verify the artifact that was built; a copied or replayed attestation never counts."),
        new(PredicateType, "The statement is of another kind than asked for.", "Ask for this predicate type, or attest with the one that is asked for."),
        new(PredicateInvalid, "The predicate lacks a field that it must have, or has it in a wrong form.", "Attest again; the message names the field."),
        new(RunNotSucceeded, "The provenance is genuine, but the run that it describes did not succeed.", "Use an artifact of a successful run, or allow failed runs expressly."),
        new(BuilderUntrusted, "This signer may not speak for this builder.", "Add the pair of signer and builder id to the policy's builders if it is right."),
        new(BuildType, "The build type is not one that the policy accepts from this builder.", "Add the build type to the builder's buildTypes if it is right."),
        new(LevelTooLow, "The policy trusts this builder for a lower SLSA build level than it requires.", "Build on a platform that is trusted for the level; what a statement claims of itself does not count."),
        new(SourceMissing, "The provenance does not name the source that it was built from.", "Let a step record the repository that it builds from as its input named source."),
        new(SourceMismatch, "The artifact was built from another repository.", "Build from the expected repository, or correct the policy."),
        new(SourceUnpinned, "The source is not pinned to a commit.", "Let the pipeline record the commit of its source."),
        new(RefMismatch, "The artifact was built from another branch or tag.", "Build from an expected branch or tag, or correct the policy."),
        new(ParamMissing, "A parameter that the policy requires is not among the external parameters.", "Build with the parameter set."),
        new(ParamValue, "A parameter has a value that the policy does not accept.", "Build with an accepted value, or correct the policy."),
        new(ParamUnknown, "The build had a parameter that the policy does not know.", "List it under required, allowed or ignored once it is understood."),
        new(TrustRootInvalid, "The trusted root cannot be used. On the command line this is an error message, and exit code 2.", "Get the trusted root again. Nothing is verified until then."),
        new(PolicyInvalid, "A policy file cannot be used.", "Correct the lines that the message names; nothing is verified until then."),
        new(VerifiedWithWarnings, "Every enforced requirement is met; one that only warns is not.", "Read the warnings: they will deny once the policy is enforced."),
        new(Verified, "Everything that was asked for is met.", "Nothing."),
    ];

    private static readonly Dictionary<string, int> Ranks = All.Select(static (code, rank) => (code.Code, rank)).ToDictionary(StringComparer.Ordinal);

    /// <summary>Finds a code; null where there is none of that name.</summary>
    public static VerdictCode? Find(string code) => Ranks.TryGetValue(code, out int rank) ? All[rank] : null;

    /// <summary>How far a candidate came; codes that are not in the table rank first.</summary>
    internal static int RankOf(string code) => Ranks.GetValueOrDefault(code, -1);
}
