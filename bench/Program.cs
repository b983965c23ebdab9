using Provenance.Bench.Attest;

bool json = args.Contains("--json");
switch (args.FirstOrDefault(static a => !a.StartsWith('-')))
{
    case "attest":
        await AttestBenchmark.RunAsync(json);
        return 0;
    default:
        await Console.Error.WriteLineAsync("usage: bench/run NAME [--json]; names: attest");
        return 2;
}
