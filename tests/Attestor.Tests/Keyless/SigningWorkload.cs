using System.Text;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Identities;
using Provenance.Attestor.Keyless;
using Provenance.Attestor.Signers;
using Provenance.Attestor.Signing;
using Provenance.Attestor.SigningServices;
using Provenance.Attestor.Witnesses;
using Provenance.Testing.Sigstore;

namespace Provenance.Attestor.Tests.Keyless;

/// <summary>A workload that signs, with the Sigstore instance that it signs with.</summary>
internal sealed class SigningWorkload : IIdentityTokenSource, IAsyncDisposable
{
    private readonly HttpClient http = ServiceClient.Create();
    private readonly List<IDisposable> signers = [];

    private SigningWorkload(LoopbackSigstore sigstore, HastyTime time)
    {
        Sigstore = sigstore;
        Time = time;
    }

    public LoopbackSigstore Sigstore { get; }

    public HastyTime Time { get; }

    public string Name => "a test";

    /// <summary>Whom the next tokens are about; null for whom the instance's are about.</summary>
    public string? Subject { get; set; }

    public static async Task<SigningWorkload> StartAsync()
    {
        var time = new HastyTime();
        return new SigningWorkload(await LoopbackSigstore.StartAsync(new LoopbackSigstoreOptions { Time = time, HasIntermediate = true }), time);
    }

    public SigstoreInstance Instance(SigningConfigKind kind, TimeProvider? time = null) => new(
        SigningConfig.Parse(Encoding.UTF8.GetBytes(Sigstore.SigningConfigJson(kind))), Sigstore.ReadTrustedRoot(), http, time ?? Time)
    {
        Services = new ServiceOptions { Attempts = 2, RetryDelay = TimeSpan.Zero },
    };

    public KeylessBundleSigner Keyless(SigningConfigKind kind, TimeSpan? reuse = null)
    {
        var signer = new KeylessBundleSigner(Instance(kind), this, new KeylessOptions { CertificateReuse = reuse ?? KeylessOptions.DefaultReuse });
        signers.Add(signer);
        return signer;
    }

    public WitnessedKeySigner Keyed(ISigner key, SigningConfigKind kind) => new(key, Instance(kind));

    /// <summary>What verifiers of this instance ask for.</summary>
    public SignatureVerifier Verifier(SigningConfigKind kind) =>
        new(Sigstore.ReadTrustedRoot(), new SignatureDemands { LogEntry = kind is not SigningConfigKind.TimestampOnly });

    public VerifiedSignature Verify(SigningConfigKind kind, byte[] bundle)
    {
        var read = Bundle.Parse(bundle);
        return Verifier(kind).VerifyCertificate(read.Material, new EnvelopeContent(read.Envelope));
    }

    public ValueTask<IdentityToken> FetchAsync(string audience, CancellationToken cancellationToken) =>
        new(IdentityToken.Read(Sigstore.IssueToken(Subject, audience), Name, audience, Time.GetUtcNow()));

    public async ValueTask DisposeAsync()
    {
        signers.ForEach(static signer => signer.Dispose());
        http.Dispose();
        await Sigstore.DisposeAsync();
    }
}
