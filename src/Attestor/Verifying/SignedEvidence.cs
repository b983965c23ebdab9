using System.Security.Cryptography;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Signers;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Statements;

namespace Provenance.Attestor.Verifying;

/// <summary>A candidate that could be read. Remembers who signed it, so that several requirements cost one check a signer.</summary>
internal sealed class SignedEvidence
{
    private readonly Dictionary<string, bool> signedBy = new(StringComparer.Ordinal);
    private readonly List<RememberedFinding> findings = [];
    private readonly Envelope envelope;
    private readonly BundleMaterial? material;
    private readonly ReadOnlyMemory<byte>? bare;
    private readonly byte[] signedBytes;
    private Statement? statement;
    private EvidenceException? fault;

    private SignedEvidence(Envelope envelope, BundleMaterial? material, ReadOnlyMemory<byte>? bare)
    {
        this.bare = bare;
        this.envelope = envelope;
        this.material = material;
        signedBytes = envelope.ToSignedBytes();
    }

    /// <summary>Whether it comes with a certificate.</summary>
    public bool HasCertificate => material is { Certificates.Count: > 0 };

    /// <summary>What the payload is said to be.</summary>
    public string PayloadType => envelope.PayloadType;

    /// <summary>Reads a candidate.</summary>
    /// <exception cref="EvidenceException">It is malformed.</exception>
    public static SignedEvidence Read(Candidate candidate)
    {
        if (candidate.Kind is CandidateKind.Envelope)
        {
            var read = Envelope.Parse(candidate.Content);
            return new SignedEvidence(read, TaggedMaterial.Read(read, candidate.Annotations), candidate.Content);
        }

        var bundle = Bundle.Parse(candidate.Content);
        return new SignedEvidence(bundle.Envelope, bundle.Material, null);
    }

    /// <summary>
    /// Whether a signer of this kind may have signed it. A bundle names either a key or a certificate; beside a bare envelope a certificate
    /// may stand although the owner of a key signed.
    /// </summary>
    public bool CanBeBy(TrustedSigner signer) => signer.Key is null ? HasCertificate : !HasCertificate || bare is not null;

    /// <summary>Looks for a signature of the signer that holds; null where no signature was made by a signer's key.</summary>
    public SignatureFinding? FindSignature(TrustedSigner signer)
    {
        if (signer is { Key: { } key, Signatures: null })
        {
            return IsSignedBy(key) ? new SignatureFinding(key.Fingerprint, null, null) : null;
        }

        var finding = signer.Key is { } own && !IsSignedBy(own) ? null : VerifyWithin(signer);
        if (finding is not { Signature: { } signature } || signer.Identity is not { } identity)
        {
            return finding;
        }

        try
        {
            identity.Verify(signature.Identity);
            return finding;
        }
        catch (EvidenceException e)
        {
            return new SignatureFinding(null, null, FailureOf(e));
        }
    }

    /// <summary>The key that the evidence itself says to be signed with, where it is another one. Unauthenticated: chooses the wording of a refusal, nothing else.</summary>
    public string? FindOtherKey(IEnumerable<VerificationKey> keys) =>
        material?.KeyHint is not { } hint || keys.Any(key => key.Hint == hint) ? null
        : StrictBase64.TryDecode(hint, out byte[]? hash) && hash.Length is SHA256.HashSizeInBytes ? $"sha256:{Convert.ToHexStringLower(hash)}"
        : StrictJson.Excerpt(hint);

    /// <summary>The statement; to be read only after a signature was verified.</summary>
    /// <exception cref="EvidenceException">The payload is no valid statement.</exception>
    public Statement ReadStatement()
    {
        if (statement is null && fault is null)
        {
            try
            {
                statement = StatementReader.Read(envelope.Payload);
            }
            catch (EvidenceException e)
            {
                fault = e;
            }
        }

        return statement ?? throw fault!;
    }

    private SignatureFinding VerifyWithin(TrustedSigner signer)
    {
        if (signer.Window is not { } window)
        {
            return Verify(signer.Signatures!, signer.Key);
        }

        // A bare envelope has nothing beside it that could say when it was signed.
        var finding = material is null ? new SignatureFinding(null, null, window.Check([])) : Verify(signer.Signatures!, signer.Key);
        return finding.Signature is { } signature && window.Check(signature.Times) is { } failure ? new SignatureFinding(null, null, failure) : finding;
    }

    private SignatureFinding Verify(SignatureVerifier signatures, VerificationKey? key)
    {
        if (findings.Find(found => found.Signatures == signatures && found.Key == key?.Fingerprint) is { } remembered)
        {
            return remembered.Finding;
        }

        SignatureFinding finding;

        try
        {
            if (material is null)
            {
                throw key is null
                    ? new EvidenceException(VerdictCodes.CertExpected, "A bare envelope carries no certificate.") { Expected = "a bundle with a certificate", Actual = "an envelope" }
                    : new EvidenceException(VerdictCodes.TlogMissing, "A bare envelope carries no transparency log entry.") { Expected = "a bundle", Actual = "an envelope" };
            }

            var content = new EnvelopeContent(envelope) { Bare = bare };
            var signature = key is null
                ? signatures.VerifyCertificate(material, content)
                : signatures.VerifyKey(bare is null ? material : material with { Certificates = [] }, content, SignatureKey.FromSubjectPublicKeyInfo(key.SubjectPublicKeyInfo));
            finding = new SignatureFinding(signature.Key.Fingerprint, signature, null);
        }
        catch (EvidenceException e)
        {
            finding = new SignatureFinding(null, null, FailureOf(e));
        }

        findings.Add(new RememberedFinding(signatures, key?.Fingerprint, finding));
        return finding;
    }

    private static CheckFailure FailureOf(EvidenceException e) => new(e.Code, e.Message, e.Expected, e.Actual);

    private bool IsSignedBy(VerificationKey key)
    {
        if (!signedBy.TryGetValue(key.Fingerprint, out bool signed))
        {
            signed = (!HasCertificate || bare is not null) && envelope.Signatures.Any(signature =>
                bare is null ? key.Verify(signedBytes, signature.Value.Span) : key.VerifyEither(signedBytes, signature.Value.Span));
            signedBy[key.Fingerprint] = signed;
        }

        return signed;
    }

    private sealed record RememberedFinding(SignatureVerifier Signatures, string? Key, SignatureFinding Finding);
}
