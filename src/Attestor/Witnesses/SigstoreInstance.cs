using Provenance.Attestor.Signers;
using Provenance.Attestor.SigningServices;
using Provenance.Attestor.Trust;

namespace Provenance.Attestor.Witnesses;

/// <summary>A Sigstore instance to sign with: its services, whom its verifiers trust, and how it is spoken to.</summary>
/// <param name="config">Which services are used.</param>
/// <param name="root">Whom verifiers trust; every answer has to hold under it.</param>
/// <param name="http">Connects; made by <see cref="ServiceClient"/>, disposed of by the caller.</param>
/// <param name="time">The clock.</param>
public sealed class SigstoreInstance(SigningConfig config, TrustedRoot root, HttpClient http, TimeProvider time)
{
    private ServiceConnection? connection;
    private SignatureVerifier? verifier;

    /// <summary>How the services are spoken to.</summary>
    public ServiceOptions Services { get; init; } = new();

    /// <summary>The one version of logs to use, 1 or 2; null for the highest that the config lists.</summary>
    public int? LogVersion { get; init; }

    /// <summary>
    /// What every signature must prove before it is handed out; null for an entry in a log where the config lists logs, and the promise
    /// of a certificate log where the trusted root has one.
    /// </summary>
    public SignatureDemands? Demands { get; init; }

    /// <summary>Gives the instance as its files describe it now, the same one for as long as they say the same; null where it never changes.</summary>
    public Func<SigstoreInstance>? Renewed { get; init; }

    internal SigstoreInstance Current => Renewed?.Invoke() ?? this;

    internal SigningConfig Config => config;

    internal TrustedRoot Root => root;

    internal TimeProvider Time => time;

    internal ServiceConnection Connection => connection ??= new ServiceConnection(http, time, Services);

    internal SignatureDemands EffectiveDemands => Demands ?? new SignatureDemands { LogEntry = config.Logs.Count > 0, CertificateLog = root.CertificateLogs.Count > 0 };

    internal SignatureVerifier Verifier => verifier ??= new SignatureVerifier(root, EffectiveDemands);
}
