using System.Security.Cryptography;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Signing;

namespace Provenance.Watcher.Tests.Simulation;

/// <summary>A signing service of a world, and how it fails. It signs with one key, whoever asks.</summary>
internal sealed class SimulatedSigning(SimulatedWorld world)
{
    public const string Service = "signing.example.com";

    private static readonly KeyBundleSigner Key = new(KeySigner.From(ECDsa.Create(ECCurve.NamedCurves.nistP256)));

    /// <summary>When it was asked.</summary>
    public List<TimeSpan> Attempts { get; } = [];

    /// <summary>How many signatures it made.</summary>
    public int Signatures { get; private set; }

    /// <summary>What it answers instead of a signature; null where it is well.</summary>
    public SigningServiceException? Fault { get; set; }

    /// <summary>Is called after every signature.</summary>
    public Action? Signed { get; set; }

    public IBundleSigner For(SimulatedProcess process) => new Client(this, process);

    private async ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> statement, SimulatedProcess process, CancellationToken cancellationToken)
    {
        Attempts.Add(world.Now);
        await world.DelayAsync(world.Between(0.001, 0.1), process).ConfigureAwait(false);
        if (Fault is { } fault)
        {
            world.Tell($"{process.Name} gets no signature: {fault.Message}");
            throw fault;
        }

        Signatures++;
        Signed?.Invoke();
        return await Key.SignAsync(statement, cancellationToken).ConfigureAwait(false);
    }

    private sealed class Client(SimulatedSigning signing, SimulatedProcess process) : IBundleSigner
    {
        public string Name => Key.Name;

        public IReadOnlyList<string> Services => [Service];

        public ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> statement, CancellationToken cancellationToken) => signing.SignAsync(statement, process, cancellationToken);

        public ValueTask<bool> HasMadeAsync(Bundle bundle, CancellationToken cancellationToken) => Key.HasMadeAsync(bundle, cancellationToken);
    }
}
