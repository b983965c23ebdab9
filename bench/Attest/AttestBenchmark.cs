using System.Diagnostics;
using System.Security.Cryptography;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Provenance.ArtifactStore.Registries;
using Provenance.Attestor;
using Provenance.Attestor.Attesting;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Signing;
using Provenance.Watcher;
using Provenance.Watcher.Collecting;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Runs;

namespace Provenance.Bench.Attest;

/// <summary>
/// One TaskRun from its JSON bytes to the signed bundle, on one thread, through the handlers that the product uses. ECDSA P-256 alone
/// and reading the JSON alone are measured beside it, as the floor that this machine sets.
/// </summary>
internal static class AttestBenchmark
{
    private const int Runs = 4000;
    private const int Rounds = 7;

    // What Tekton Chains needs for format and sign of a TaskRun of this size: Go benchmark, one core of this kind of machine.
    private const double ChainsMicroseconds = 209;

    public static async Task RunAsync(bool json)
    {
        byte[] document = await File.ReadAllBytesAsync(Path.Combine(AppContext.BaseDirectory, "Attest", "taskrun.json"));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signer = KeySigner.From(key);
        await using var services = new ServiceCollection()
            .AddSingleton(TimeProvider.System)
            .AddSingleton(new AttestorOptions { BuilderId = "https://ci.example.com/provenance/bench" })
            .AddSingleton<IBundleSigner>(new KeyBundleSigner(signer))
            .AddSingleton<IRegistryClient, NoRegistry>()
            .AddTransient<ServiceFactory>(static provider => provider.GetService!)
            .AddTransient<IMediator, Mediator>()
            .AddAttestor()
            .AddWatcher()
            .BuildServiceProvider();
        var mediator = services.GetRequiredService<IMediator>();
        int bundleSize = 0;

        var (attest, bytes) = await MeasureAsync(async () =>
        {
            using var read = DocumentReader.Read("taskrun.json", document);
            var collected = await mediator.Send(new CollectRun(read[0], ChildRuns.None, CollectOptions.Default));
            var attested = await mediator.Send(new AttestRun(collected.Run!));
            bundleSize = attested.Bundle.Length;
        });
        var (parse, _) = await MeasureAsync(() =>
        {
            DocumentReader.Read("taskrun.json", document).Dispose();
            return Task.CompletedTask;
        });
        byte[] content = new byte[4096];
        var (sign, _) = await MeasureAsync(() =>
        {
            signer.Sign(content);
            return Task.CompletedTask;
        });

        if (json)
        {
            Console.WriteLine(FormattableString.Invariant(
                $$"""{"us_per_run":{{attest:F1}},"bytes_per_run":{{bytes:F0}},"us_parse":{{parse:F1}},"us_ecdsa_p256":{{sign:F1}},"vs_chains":{{ChainsMicroseconds / attest:F2}},"run_bytes":{{document.Length}},"bundle_bytes":{{bundleSize}}}"""));
            return;
        }

        Console.WriteLine(FormattableString.Invariant($"""
            collect + statement + sign, one TaskRun of {document.Length} bytes, one thread, median of {Rounds} rounds of {Runs}

              time per run            {attest,8:F1} us     {ChainsMicroseconds / attest:F1}x as fast as Tekton Chains ({ChainsMicroseconds:F0} us, format + sign)
                of it reading JSON    {parse,8:F1} us
                of it ECDSA P-256     {sign,8:F1} us     (4 KiB)
              allocated per run       {bytes,8:F0} bytes
              bundle                  {bundleSize,8} bytes
            """));
    }

    private static async Task<(double Microseconds, double Bytes)> MeasureAsync(Func<Task> action)
    {
        // Long enough for the runtime's second compilation, which runs on another thread and waits for a quiet moment.
        for (long begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(2);)
        {
            await action();
        }

        var times = new double[Rounds];
        var allocated = new double[Rounds];
        for (int round = 0; round < Rounds; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            long started = Stopwatch.GetTimestamp();
            for (int i = 0; i < Runs; i++)
            {
                await action();
            }

            times[round] = Stopwatch.GetElapsedTime(started).TotalMicroseconds / Runs;
            allocated[round] = (double)(GC.GetAllocatedBytesForCurrentThread() - before) / Runs;
        }

        Array.Sort(times);
        Array.Sort(allocated);
        return (times[Rounds / 2], allocated[Rounds / 2]);
    }

    private sealed class NoRegistry : IRegistryClient
    {
        public IRepository Repository(Reference reference) => throw new NotSupportedException("Nothing is stored in this measurement.");
    }
}
