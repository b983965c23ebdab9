using Provenance.Bench.Attest;
using Provenance.Bench.Keyless;
using Provenance.Bench.Store;
using Provenance.Bench.Verify;
using Provenance.Bench.Watch;

switch (args.FirstOrDefault())
{
    case "attest":
        await AttestBenchmark.RunAsync(args.Contains("--json"));
        return 0;
    case "verify":
        VerifyBenchmark.Run(args.Contains("--json"));
        return 0;
    case "keyless" when args is [_, var folder]:
        await KeylessBenchmark.RunAsync(folder);
        return 0;
    case "watcher" when WatcherSettings.Parse(args.Skip(1)) is { } settings:
        return await WatcherBenchmark.RunAsync(settings);
    case "store-disk":
        await StoreDiskBenchmark.RunAsync(args.ElementAtOrDefault(1) ?? Path.GetTempPath(), [200_000, 1_000_000]);
        return 0;
    case "store" when StoreSettings.Parse(args.Skip(1)) is { } settings:
        return await StoreBenchmark.RunAsync(settings);
    default:
        await Console.Error.WriteLineAsync($$"""
            usage: bench/run NAME [--json]
              attest                one run, from its JSON to the signed bundle
              verify                one bundle, in this process and as a command beside cosign
              keyless FOLDER        one statement signed as an identity, against the test instance whose files are in FOLDER
              watcher               the watcher against a cluster in memory
                      [--quick] [--only 5000|20000|live|100000|takeover|resync] [--rounds N] [--env NAME=VALUE]
              store                 the store beside other servers
                      [--quick] [--only {{string.Join('|', StoreSettings.Names)}}] [--rounds N] [--blobs N] [--env NAME=VALUE]
              store-disk [FOLDER]   the store's folder with many blobs, without a server
            """);
        return 2;
}
