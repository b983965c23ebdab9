using System.Diagnostics;
using System.Security.Cryptography;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Identities;
using Provenance.Attestor.Keyless;
using Provenance.Attestor.Signing;
using Provenance.Attestor.SigningServices;
using Provenance.Attestor.Trust;
using Provenance.Attestor.Witnesses;

namespace Provenance.Bench.Keyless;

/// <summary>
/// What a signature costs that a Sigstore instance certifies and witnesses, with a certificate for many and with one for each. The
/// instance is a process of its own, whose files the folder holds: <c>dotnet run --project tests/LoopbackSigstore -- --out FOLDER</c>.
/// Its answers come from this machine, so that the time is that of computing alone; a real one adds one round trip for each request.
/// </summary>
internal static class KeylessBenchmark
{
    private const int Signatures = 300;

    public static async Task RunAsync(string folder)
    {
        Console.WriteLine($"{"signs",-34} {"instance",-12} {"alone",12} {"8 at once",12} {"own CPU",12} {"bundle",9}");
        using var http = ServiceClient.Create();
        using var key = KeySigner.From(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        var root = TrustedRoot.Parse(await File.ReadAllBytesAsync(Path.Combine(folder, "trusted_root.json")));
        await MeasureAsync("key", "none", new KeyBundleSigner(key));
        foreach (string config in (string[])["rekor1", "rekor1_tsa", "rekor2", "tsaonly"])
        {
            var instance = new SigstoreInstance(
                SigningConfig.Parse(await File.ReadAllBytesAsync(Path.Combine(folder, $"signing_config_{config}.json"))), root, http, TimeProvider.System);
            var tokens = IdentityTokenSources.Detect(new IdentityTokenOptions { File = Path.Combine(folder, "token") }, static _ => null, http, TimeProvider.System);
            await MeasureAsync("key, witnessed", config, new WitnessedKeySigner(key, instance));
            using (var many = new KeylessBundleSigner(instance, tokens, new KeylessOptions()))
            {
                await MeasureAsync("identity, certificate for many", config, many);
            }

            using var once = new KeylessBundleSigner(instance, tokens, new KeylessOptions { CertificateReuse = TimeSpan.Zero });
            await MeasureAsync("identity, certificate for each", config, once);
        }
    }

    private static async Task MeasureAsync(string who, string config, IBundleSigner signer)
    {
        int size = 0;
        await SignAsync(50, 1);
        using var process = Process.GetCurrentProcess();
        process.Refresh();
        var cpu = process.TotalProcessorTime;
        var alone = await SignAsync(Signatures, 1);
        var together = await SignAsync(Signatures, 8);
        process.Refresh();
        var used = (process.TotalProcessorTime - cpu) / (2 * Signatures);
        Console.WriteLine(FormattableString.Invariant(
            $"{who,-34} {config,-12} {alone.TotalMilliseconds / Signatures,9:F2} ms {together.TotalMilliseconds / Signatures,9:F2} ms {used.TotalMilliseconds,9:F2} ms {size,9}"));

        async Task<TimeSpan> SignAsync(int count, int atOnce)
        {
            long started = Stopwatch.GetTimestamp();
            await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (_, cancellation) =>
            {
                byte[] statement = new byte[3000];
                RandomNumberGenerator.Fill(statement);
                size = (await signer.SignAsync(statement, cancellation)).Length;
            });
            return Stopwatch.GetElapsedTime(started);
        }
    }
}
