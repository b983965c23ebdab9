using Provenance.Attestor.Bundles;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Statements;

namespace Provenance.Attestor.Verifying;

/// <summary>A candidate that could be read. Remembers which keys signed it, so that several requirements cost one check a key.</summary>
internal sealed class SignedEvidence
{
    private readonly Dictionary<string, bool> signedBy = new(StringComparer.Ordinal);
    private readonly Envelope envelope;
    private readonly byte[] signedBytes;
    private readonly string? hint;
    private Statement? statement;
    private EvidenceException? fault;

    private SignedEvidence(Envelope envelope, bool hasCertificate, string? hint)
    {
        this.envelope = envelope;
        signedBytes = envelope.ToSignedBytes();
        HasCertificate = hasCertificate;
        this.hint = hint;
    }

    /// <summary>Whether it was signed with a certificate, which no key can verify.</summary>
    public bool HasCertificate { get; }

    /// <summary>What the payload is said to be.</summary>
    public string PayloadType => envelope.PayloadType;

    /// <summary>Reads a candidate.</summary>
    /// <exception cref="EvidenceException">It is malformed.</exception>
    public static SignedEvidence Read(Candidate candidate)
    {
        if (candidate.Kind is CandidateKind.Envelope)
        {
            return new SignedEvidence(Envelope.Parse(candidate.Content), hasCertificate: false, hint: null);
        }

        var bundle = Bundle.Parse(candidate.Content);
        return new SignedEvidence(bundle.Envelope, bundle.Certificate is not null, bundle.KeyHint);
    }

    /// <summary>Whether a signature of the envelope was made by the key.</summary>
    public bool IsSignedBy(VerificationKey key)
    {
        if (!signedBy.TryGetValue(key.Fingerprint, out bool signed))
        {
            signed = !HasCertificate && envelope.Signatures.Any(signature => key.Verify(signedBytes, signature.Value.Span));
            signedBy[key.Fingerprint] = signed;
        }

        return signed;
    }

    /// <summary>Whether the evidence itself says that another key signed it. Unauthenticated: chooses the wording of a refusal, nothing else.</summary>
    public bool NamesAnotherKey(IEnumerable<VerificationKey> keys) =>
        hint is not null && !keys.Any(key => key.Hint == hint);

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
}
