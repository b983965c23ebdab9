using System.Security.Cryptography;
using Provenance.Bench.Watch;

namespace Provenance.Bench.Store;

/// <summary>Blobs of many bytes, to one server after the other.</summary>
internal sealed class BulkMeasurement(StoreSettings settings, IReadOnlyList<ServerProcess> servers)
{
    private const int PushedSize = 64 * 1024 * 1024;
    private const int PushesPerConnection = 4;

    /// <summary>GET of 8 blobs of 1 MiB on 8 connections.</summary>
    public async Task<IReadOnlyList<Figure>> GetMegabytesAsync(Seed seed)
    {
        var samples = await GetAsync(seed, connections: 8);
        return
        [
            .. Rates("get_1m", "GET of 1 MiB", samples),
            new Figure("cpu_per_gb_1m_vs_nginx", "  processor time a GB, times nginx's", samples.CostAgainst(Servers.Nginx), "x"),
        ];
    }

    /// <summary>GET of one blob of 64 MiB on 2 connections.</summary>
    public async Task<IReadOnlyList<Figure>> GetLargeAsync(Seed seed)
    {
        var samples = await GetAsync(seed, connections: 2);
        return
        [
            .. Rates("get_64m", "GET of 64 MiB", samples),
            new Figure("cpu_per_gb_vs_nginx", "  processor time a GB, times nginx's", samples.CostAgainst(Servers.Nginx), "x")
            {
                AtMost = 2.2,
                Peer = FormattableString.Invariant($"nginx {samples.Cost(Servers.Nginx):0} ms, docker-registry {samples.Cost(Servers.Registry):0} ms"),
            },
        ];
    }

    /// <summary>Durable pushes of 64 MiB on 2 connections.</summary>
    public async Task<IReadOnlyList<Figure>> PushLargeAsync()
    {
        var samples = new Samples();
        byte[] content = RandomNumberGenerator.GetBytes(PushedSize);
        for (int round = 0; round < settings.Rounds; round++)
        {
            var blobs = Enumerable.Range(0, 2 * PushesPerConnection).Select(_ => NewBlob(content)).ToList();
            foreach (var server in servers.Where(static s => s.Name != Servers.Nginx))
            {
                var before = server.ProcessorTime;
                var (bytes, time) = await Bulk.RunAsync(server, 2, (number, connection) =>
                {
                    foreach (var (pieces, digest) in blobs.Skip(number * PushesPerConnection).Take(PushesPerConnection))
                    {
                        connection.Push(pieces, digest);
                    }

                    return (long)PushesPerConnection * PushedSize;
                });
                samples.Add(server.Name, ToSample(bytes, time, server.ProcessorTime - before));
            }
        }

        return
        [
            new Figure("put_64m_durable_vs_docker_registry", "Push of 64 MiB: times docker-registry's MB/s", samples.RateAgainst(Servers.Registry), "x")
            {
                AtLeast = 1.6,
                Peer = samples.Describe(Servers.Registry, "MB/s", "ms/GB"),
            },
            new Figure("put_64m_mb_s", "Push of 64 MiB", samples.Rate(Servers.Store), "MB/s"),
            new Figure("put_64m_cpu_ms_gb", "  processor time of the server a GB", samples.Cost(Servers.Store), "ms"),
        ];
    }

    private static Sample ToSample(long bytes, TimeSpan time, TimeSpan spent) =>
        new(bytes / 1e6 / time.TotalSeconds, spent.TotalMilliseconds / (bytes / 1e9));

    /// <summary>The same bytes with others at their end.</summary>
    private static (IReadOnlyList<ReadOnlyMemory<byte>> Pieces, string Digest) NewBlob(byte[] content)
    {
        byte[] end = RandomNumberGenerator.GetBytes(16);
        var start = content.AsMemory(0, content.Length - end.Length);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(start.Span);
        hash.AppendData(end);
        return ([start, end], $"sha256:{Convert.ToHexStringLower(hash.GetHashAndReset())}");
    }

    private static IEnumerable<Figure> Rates(string name, string sentence, Samples samples)
    {
        yield return new Figure($"{name}_vs_docker_registry", $"{sentence}: times docker-registry's MB/s", samples.RateAgainst(Servers.Registry), "x")
        {
            AtLeast = 1,
            Peer = samples.Describe(Servers.Registry, "MB/s", "ms/GB"),
        };
        yield return new Figure($"{name}_vs_nginx", $"{sentence}: times nginx's MB/s", samples.RateAgainst(Servers.Nginx), "x")
        {
            Peer = samples.Describe(Servers.Nginx, "MB/s", "ms/GB"),
        };
        yield return new Figure($"{name}_mb_s", sentence, samples.Rate(Servers.Store), "MB/s");
        yield return new Figure($"{name}_cpu_ms_gb", "  processor time of the server a GB", samples.Cost(Servers.Store), "ms");
    }

    private async Task<Samples> GetAsync(Seed seed, int connections)
    {
        var samples = new Samples();
        for (int round = 0; round < settings.Rounds; round++)
        {
            foreach (var server in servers)
            {
                await Bulk.GetAsync(server, connections, seed.Paths, TimeSpan.FromSeconds(0.5));
                var before = server.ProcessorTime;
                var (bytes, time) = await Bulk.GetAsync(server, connections, seed.Paths, settings.Span);
                samples.Add(server.Name, ToSample(bytes, time, server.ProcessorTime - before));
            }
        }

        return samples;
    }
}
