using Provenance.Bench.Watch;

namespace Provenance.Bench.Store;

/// <summary>The rounds of all servers in one measurement.</summary>
internal sealed class Samples
{
    private readonly Dictionary<string, List<Sample>> rounds = [];

    /// <summary>Adds what a server reached in the next round.</summary>
    public void Add(string server, Sample sample)
    {
        if (!rounds.TryGetValue(server, out var samples))
        {
            rounds[server] = samples = [];
        }

        samples.Add(sample);
    }

    /// <summary>The median rate of a server.</summary>
    public double Rate(string server) => Statistics.Median(rounds[server].Select(static s => s.Rate));

    /// <summary>The median cost of a server.</summary>
    public double Cost(string server) => Statistics.Median(rounds[server].Select(static s => s.Cost));

    /// <summary>How many times as fast as a peer the store is: the median of the rounds, in each of which they ran one after the other.</summary>
    public double RateAgainst(string peer) => Against(peer, static s => s.Rate);

    /// <summary>How many times as much processor time as a peer the store takes.</summary>
    public double CostAgainst(string peer) => Against(peer, static s => s.Cost);

    /// <summary>What a peer reached, for the table.</summary>
    public string Describe(string peer, string unit, string costUnit) =>
        FormattableString.Invariant($"{peer} {Rate(peer):#,0} {unit}, {Cost(peer):#,0.#} {costUnit}");

    private double Against(string peer, Func<Sample, double> value) =>
        Statistics.Median(rounds[Servers.Store].Zip(rounds[peer], (ours, theirs) => value(ours) / value(theirs)));
}
