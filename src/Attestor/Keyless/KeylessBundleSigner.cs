using System.Security.Cryptography;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Certificates;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Fulcio;
using Provenance.Attestor.Identities;
using Provenance.Attestor.Signers;
using Provenance.Attestor.Signing;
using Provenance.Attestor.SigningServices;
using Provenance.Attestor.Transparency;
using Provenance.Attestor.Witnesses;

namespace Provenance.Attestor.Keyless;

/// <summary>
/// Signs as the identity of the workload that this process is: with keys that exist for minutes and in memory only, certified by the
/// authority of a Sigstore instance, witnessed by its logs and time stamping authorities. A bundle is handed out only after it was
/// verified as a stranger would verify it.
/// </summary>
public sealed class KeylessBundleSigner : IBundleSigner, IDisposable
{
    private readonly SigstoreInstance instance;
    private readonly WitnessServices witnesses;
    private readonly CertifiedKeys keys;
    private CertificateIdentity? known;
    private string authority;

    /// <param name="instance">The Sigstore instance.</param>
    /// <param name="tokens">Says who this process is.</param>
    /// <param name="options">How to go about it.</param>
    /// <exception cref="SigningConfigException">What the config selects would not make bundles that verify.</exception>
    public KeylessBundleSigner(SigstoreInstance instance, IIdentityTokenSource tokens, KeylessOptions options)
    {
        ArgumentNullException.ThrowIfNull(instance);
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(options);
        this.instance = instance;
        witnesses = new WitnessServices(instance, needsTime: true);
        authority = AuthorityOf(instance.Current).Uri.Authority;
        keys = new CertifiedKeys(
            witnesses.Current,
            ServiceOf,
            cancellationToken => tokens.FetchAsync(options.Audience, cancellationToken),
            options.CertificateReuse,
            instance.Time);
        TokenSource = tokens.Name;
    }

    /// <summary>Where identity tokens come from, as people read it.</summary>
    public string TokenSource { get; }

    /// <summary>Whom our certificates name; null until the first one is there.</summary>
    public CertificateIdentity? Identity => Volatile.Read(ref known);

    /// <summary>Is told whom our certificates name, before a first signature by them is handed out, and whenever that changes.</summary>
    public Action<CertificateIdentity>? IdentityLearned { get; set; }

    /// <summary>How signatures are verified before they are handed out.</summary>
    public SignatureVerifier Verifier => instance.Current.Verifier;

    /// <summary>What every signature proves that is handed out.</summary>
    public SignatureDemands Demands => instance.Current.EffectiveDemands;

    /// <inheritdoc/>
    public string Name => Volatile.Read(ref known) is { } identity ? identity.ToString() : $"the identity of the token from {TokenSource}";

    /// <inheritdoc/>
    public IReadOnlyList<string> Services => [.. witnesses.Hosts.Prepend(Volatile.Read(ref authority)).Distinct(StringComparer.Ordinal)];

    /// <inheritdoc/>
    public ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> statement, CancellationToken cancellationToken) =>
        SignAsync(
            "statement",
            SHA256.HashData(PreAuthenticationEncoding.Of(Envelope.StatementPayloadType, statement.Span)),
            signature => new EnvelopeContent(Envelope.OfStatement(statement, signature)),
            cancellationToken);

    /// <summary>Signs an artifact itself and writes its bundle, version 0.3, with a plain signature.</summary>
    /// <param name="digest">SHA-256 of the artifact.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="SigningServiceException">A service that signing needs refused, or is away.</exception>
    public ValueTask<byte[]> SignArtifactAsync(ReadOnlyMemory<byte> digest, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(digest.Length, SHA256.HashSizeInBytes);
        return SignAsync(
            "artifact",
            digest,
            signature => new MessageContent(
                new SignedMessage(HashAlgorithmName.SHA256, digest, signature), algorithm => algorithm == HashAlgorithmName.SHA256 ? digest.ToArray() : null),
            cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> HasMadeAsync(Bundle bundle, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        if (bundle.Certificate is not { } encoded)
        {
            return false;
        }

        try
        {
            // Whom it names costs nothing to read, and tells most bundles of others apart.
            if (Volatile.Read(ref known) is { } own && CertificateFields.ReadIdentity(Certificate.Parse(encoded)) != own)
            {
                return false;
            }

            var made = Verifier.VerifyCertificate(bundle.Material, new EnvelopeContent(bundle.Envelope));
            return made.Identity == (Volatile.Read(ref known) ?? Remember(await keys.GetIdentityAsync(cancellationToken).ConfigureAwait(false)));
        }
        catch (EvidenceException)
        {
            return false;
        }
    }

    /// <summary>Ends running requests for certificates, and destroys the key.</summary>
    public void Dispose() => keys.Dispose();

    private async ValueTask<byte[]> SignAsync(string kind, ReadOnlyMemory<byte> hash, Func<byte[], SignedContent> content, CancellationToken cancellationToken)
    {
        var signature = await witnesses.WitnessAsync(
            $"{kind} {Convert.ToHexStringLower(hash.Span)}",
            async cancellation =>
            {
                var made = await keys.SignAsync(hash, cancellation).ConfigureAwait(false);
                Remember(made.Certificate.Identity);
                return new UnfinishedSignature
                {
                    Instance = made.Instance,
                    Content = content(made.Value),
                    Signer = new LoggedSigner(IsCertificate: true, made.Certificate.Certificate.Encoded),
                    KeyHint = null,
                    UsableUntil = made.Certificate.Certificate.NotAfter - FulcioAuthority.Reserve,
                };
            },
            cancellationToken).ConfigureAwait(false);
        byte[] bundle = FinishedBundle.Write(signature);
        Verify(bundle, signature, hash);
        return bundle;
    }

    private void Verify(byte[] bundle, UnfinishedSignature signature, ReadOnlyMemory<byte> hash)
    {
        var certificate = Certificate.Parse(signature.Signer.Encoded);
        try
        {
            var (material, content) = FinishedBundle.Read(bundle, hash);
            signature.Instance.Verifier.VerifyCertificate(material, content);
        }
        catch (EvidenceException) when (instance.Time.GetUtcNow() > certificate.NotAfter - FulcioAuthority.ClockDifference)
        {
            throw new SigningServiceException(
                SigningServiceException.Unavailable, "The certificate ran out before all witnesses had answered. The next attempt gets another one.", isTransient: true);
        }
        catch (EvidenceException e)
        {
            throw FinishedBundle.Refuse(e);
        }
    }

    private CertificateIdentity Remember(CertificateIdentity identity)
    {
        if (Volatile.Read(ref known) != identity)
        {
            IdentityLearned?.Invoke(identity);
            Volatile.Write(ref known, identity);
        }

        return identity;
    }

    private FulcioAuthority ServiceOf(SigstoreInstance current)
    {
        var chosen = AuthorityOf(current);
        Volatile.Write(ref authority, chosen.Uri.Authority);
        return new FulcioAuthority(chosen.Uri, current.Connection, current.Root, current.EffectiveDemands.CertificateLog, current.Time);
    }

    private static SigningService AuthorityOf(SigstoreInstance current) => ServiceSelection.CertificateAuthority(current.Config, current.Time.GetUtcNow());
}
