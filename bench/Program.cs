using Provenance.Bench.Attest;
using Provenance.Bench.Watch;

switch (args.FirstOrDefault())
{
    case "attest":
        await AttestBenchmark.RunAsync(args.Contains("--json"));
        return 0;
    case "watcher":
        return await WatcherBenchmark.RunAsync(WatcherSettings.Parse(args));
    default:
        await Console.Error.WriteLineAsync("usage: bench/run NAME [--json]; names: attest, watcher [--quick] [--only 5000|20000|live|100000|takeover|resync] [--rounds N] [--env NAME=VALUE]");
        return 2;
}
