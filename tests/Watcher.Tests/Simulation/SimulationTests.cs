using System.Globalization;

namespace Provenance.Watcher.Tests.Simulation;

public sealed class SimulationTests
{
    private const int StackSize = 64 * 1024 * 1024;

    private static readonly int Seeds = int.TryParse(Environment.GetEnvironmentVariable("PROVENANCE_SEEDS"), CultureInfo.InvariantCulture, out int seeds) ? seeds : 1_000;

    private static readonly int First = int.TryParse(Environment.GetEnvironmentVariable("PROVENANCE_FIRST_SEED"), CultureInfo.InvariantCulture, out int first) ? first : 1;

    [Fact]
    public void Every_run_that_ended_before_our_eyes_gets_exactly_one_statement_whatever_fails() =>
        Run(static seed => new RandomStory(seed).Tell());

    [Fact]
    public void Two_replicas_never_store_a_statement_twice_however_the_shard_changes_hands() =>
        Run(static seed => new TwoReplicaStory(seed).Tell());

    /// <summary>On a thread of its own: without a context, so that everything goes on within its event, and with a stack that is deep enough for that.</summary>
    private static void Run(Func<int, string> story)
    {
        string failure = "";
        var thread = new Thread(
            () =>
            {
                for (int seed = First; seed < First + Seeds && failure.Length is 0; seed++)
                {
                    string problem = story(seed);
                    failure = problem.Length is 0 ? "" : $"seed {seed}: {problem}";
                }
            },
            StackSize);
        thread.Start();
        thread.Join();
        failure.Should().BeEmpty();
    }
}
