using Provenance.Bench.Attest;
using Provenance.Bench.Disks;
using Provenance.Bench.Watch;

switch (args.FirstOrDefault())
{
    case "attest":
        await AttestBenchmark.RunAsync(args.Contains("--json"));
        return 0;
    case "watcher" when WatcherSettings.Parse(args.Skip(1)) is { } settings:
        return await WatcherBenchmark.RunAsync(settings);
    case "disk":
        await DiskBenchmark.RunAsync(args.ElementAtOrDefault(1) ?? Path.GetTempPath(), [200_000, 1_000_000]);
        return 0;
    default:
        await Console.Error.WriteLineAsync("usage: bench/run NAME [--json]; names: attest, disk [FOLDER], watcher [--quick] [--only 5000|20000|live|100000|takeover|resync] [--rounds N] [--env NAME=VALUE]");
        return 2;
}
