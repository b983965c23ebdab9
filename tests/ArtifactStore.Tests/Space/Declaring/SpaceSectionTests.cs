using System.Text;
using Provenance.ArtifactStore.Configuring;
using Provenance.ArtifactStore.Space;
using Provenance.ArtifactStore.Space.Declaring;

namespace Provenance.ArtifactStore.Tests.Space.Declaring;

public sealed class SpaceSectionTests
{
    [Fact]
    public void A_section_says_bounds_times_and_lifetimes()
    {
        var (options, problems) = Read("""
            maximumBytes: 20GiB
            highWaterPercent: 90
            lowWaterPercent: 70
            gracePeriod: 3h
            collectEvery: 30m
            lifetimes:
              - repositories: ["ci/**"]
                ttl: 72h
              - caches: ["ac/*"]
                contentStore: true
                ttl: 14d
            """);

        problems.Should().BeEmpty();
        options.Should().BeEquivalentTo(new
        {
            MaximumBytes = 20L << 30,
            HighWater = 0.9,
            LowWater = 0.7,
            GracePeriod = TimeSpan.FromHours(3),
            Interval = TimeSpan.FromMinutes(30),
        });
        options.Lifetimes.Select(static lifetime => lifetime.TimeToLive).Should().Equal(TimeSpan.FromHours(72), TimeSpan.FromDays(14));
        options.Lifetimes[0].Repositories[0].Covers("ci/app/x").Should().BeTrue();
        options.Lifetimes[1].ContentStore.Should().BeTrue();
    }

    [Fact]
    public void A_section_that_says_little_has_the_defaults()
    {
        var (options, problems) = Read("maximumBytes: 1000");

        problems.Should().BeEmpty();
        options.Should().BeEquivalentTo(new SpaceOptions { MaximumBytes = 1000 });
    }

    [Theory]
    [InlineData("maximumBytes: 0", "maximumBytes must be")]
    [InlineData("maximumBytes: 20GB", "maximumBytes must be")]
    [InlineData("maximumBytes: 9999999999TiB", "maximumBytes must be")]
    [InlineData("gracePeriod: 0", "gracePeriod must be")]
    [InlineData("collectEvery: 5s", "collectEvery must be")]
    [InlineData("highWaterPercent: 101", "highWaterPercent must be")]
    [InlineData("highWaterPercent: 50\nlowWaterPercent: 60", "must not be above")]
    [InlineData("lifetimes: [{repositories: [\"ci/**\"]}]", "ttl is missing")]
    [InlineData("lifetimes: [{ttl: 1h}]", "is about nothing")]
    [InlineData("lifetimes: [{ttl: 1h, contentStore: true, repositories: [\"a**\"]}]", "is no pattern")]
    [InlineData("maximumByte: 1", "is unknown")]
    public void What_is_wrong_is_told(string yaml, string problem) =>
        Read(yaml).Problems.Should().ContainSingle().Which.Should().Contain(problem);

    private static (SpaceOptions Options, IReadOnlyList<string> Problems) Read(string yaml)
    {
        var problems = new YamlProblems("store.yaml");
        var root = StrictYaml.Read(Encoding.UTF8.GetBytes(yaml), problems)[0];
        var options = SpaceSection.Read(root, "space", problems);
        return (options, [.. problems.All.Select(static found => found.ToString()!)]);
    }
}
