using Provenance.Bench.Watch;

namespace Provenance.Bench.Store;

/// <summary>Small requests on 32 connections, to one server after the other.</summary>
internal sealed class RequestMeasurement(StoreSettings settings, IReadOnlyList<ServerProcess> servers)
{
    private const int Connections = 32;

    /// <summary>GET of 256 blobs of 1 KiB.</summary>
    public IEnumerable<Figure> Get(Seed seed)
    {
        var samples = Measure(_ => number => new Fetching("GET", seed.Paths, number * 8), servers);
        yield return new Figure("get_1k_vs_docker_registry", "GET of 1 KiB: times docker-registry's requests/s", samples.RateAgainst(Servers.Registry), "x")
        {
            AtLeast = 25,
            Peer = samples.Describe(Servers.Registry, "req/s", "us"),
        };
        yield return new Figure("get_1k_vs_nginx", "GET of 1 KiB: times nginx's requests/s", samples.RateAgainst(Servers.Nginx), "x")
        {
            AtLeast = 0.6,
            Peer = samples.Describe(Servers.Nginx, "req/s", "us"),
        };
        yield return new Figure("get_1k_req_s", "GET of 1 KiB", samples.Rate(Servers.Store), "/s");
        yield return new Figure("get_1k_cpu_us", "  processor time of the server a request", samples.Cost(Servers.Store), "us");
    }

    /// <summary>HEAD of 256 blobs.</summary>
    public IEnumerable<Figure> Head(Seed seed)
    {
        var samples = Measure(_ => number => new Fetching("HEAD", seed.Paths, number * 8), servers);
        yield return new Figure("head_vs_nginx", "HEAD of a blob: times nginx's requests/s", samples.RateAgainst(Servers.Nginx), "x")
        {
            AtLeast = 0.8,
            Peer = samples.Describe(Servers.Nginx, "req/s", "us"),
        };
        yield return new Figure("head_vs_docker_registry", "HEAD of a blob: times docker-registry's requests/s", samples.RateAgainst(Servers.Registry), "x")
        {
            Peer = samples.Describe(Servers.Registry, "req/s", "us"),
        };
        yield return new Figure("head_req_s", "HEAD of a blob", samples.Rate(Servers.Store), "/s");
        yield return new Figure("head_cpu_us", "  processor time of the server a request", samples.Cost(Servers.Store), "us");
    }

    /// <summary>Durable pushes of 1 KiB with POST and PUT; for the store also with a POST alone, which docker-registry does not know.</summary>
    public IEnumerable<Figure> Push()
    {
        var registries = servers.Where(static s => s.Name != Servers.Nginx).ToList();
        var samples = Measure(static _ => static _ => new Pushing(1024, single: false), registries);
        var alone = Measure(static _ => static _ => new Pushing(1024, single: true), [.. registries.Where(static s => s.Name == Servers.Store)]);
        yield return new Figure(
            "put_1k_durable_vs_docker_registry", "Push of 1 KiB, POST and PUT: times docker-registry's blobs/s", samples.RateAgainst(Servers.Registry), "x")
        {
            AtLeast = 20,
            Peer = samples.Describe(Servers.Registry, "blobs/s", "us"),
        };
        yield return new Figure("put_1k_req_s", "Push of 1 KiB, POST and PUT", samples.Rate(Servers.Store), "/s");
        yield return new Figure("put_1k_cpu_us", "  processor time of the server a blob", samples.Cost(Servers.Store), "us");
        yield return new Figure("post_1k_req_s", "Push of 1 KiB, POST alone", alone.Rate(Servers.Store), "/s");
        yield return new Figure("post_1k_cpu_us", "  processor time of the server a blob", alone.Cost(Servers.Store), "us");
    }

    private Samples Measure(Func<ServerProcess, Func<int, IConversation>> converse, IReadOnlyList<ServerProcess> measured)
    {
        var samples = new Samples();
        for (int round = 0; round < settings.Rounds; round++)
        {
            foreach (var server in measured)
            {
                using var loop = new PollLoop(server.EndPoint, Connections, converse(server));
                loop.Run(TimeSpan.FromSeconds(round == 0 ? 2 : 0.5));
                var before = server.ProcessorTime;
                var (finished, time) = loop.Run(settings.Span);
                var spent = server.ProcessorTime - before;
                samples.Add(server.Name, new Sample(finished / time.TotalSeconds, spent.TotalMicroseconds / finished));
            }
        }

        return samples;
    }
}
