using Provenance.ArtifactStore.Access;

namespace Provenance.ArtifactStore.Tests.Access;

public sealed class NamePatternTests
{
    [Theory]
    [InlineData("team-a/**", "team-a/app", true)]
    [InlineData("team-a/**", "team-a/app/deep", true)]
    [InlineData("team-a/**", "team-a", false)]
    [InlineData("team-a/**", "team-a/", false)]
    [InlineData("team-a/**", "team-ab/app", false)]
    [InlineData("team-a/**", "x/team-a/app", false)]
    [InlineData("team-a/**", "Team-a/app", false)]
    [InlineData("**", "anything/at/all", true)]
    [InlineData("**", "", false)]
    [InlineData("team-a/*", "team-a/app", true)]
    [InlineData("team-a/*", "team-a/app/deep", false)]
    [InlineData("team-a/*", "team-a/", false)]
    [InlineData("team-*/app", "team-a/app", true)]
    [InlineData("team-*/app", "team-a/b/app", false)]
    [InlineData("team-*/app", "team-/app", false)]
    [InlineData("*/app", "team/app", true)]
    [InlineData("*-x/**", "a-x-x/y", true)]
    [InlineData("*-x/**", "a-y/x", false)]
    [InlineData("app", "app", true)]
    [InlineData("app", "apps", false)]
    [InlineData("a*b*c", "axbybzc", true)]
    [InlineData("a*b*c", "axbybz", false)]
    public void Whole_segments_are_covered_and_nothing_beside_them(string pattern, string name, bool expected)
    {
        NamePattern.TryParsePath(pattern, out var parsed).Should().BeTrue();
        parsed!.Covers(name).Should().Be(expected);
    }

    [Theory]
    [InlineData("repo:org/*:ref:refs/heads/main", "repo:org/app:ref:refs/heads/main", true)]
    [InlineData("repo:org/*:ref:refs/heads/main", "repo:org/app:environment:x:ref:refs/heads/main", false)]
    [InlineData("repo:org/*:ref:refs/heads/main", "repo:org/app/x:ref:refs/heads/main", false)]
    [InlineData("system:serviceaccount:team-a:*", "system:serviceaccount:team-a:builder", true)]
    [InlineData("system:serviceaccount:team-a:*", "system:serviceaccount:team-a-x:builder", false)]
    [InlineData("system:serviceaccount:team-a:*", "system:serviceaccount:team-a:", false)]
    [InlineData("spiffe://cluster.local/ns/*/sa/builder", "spiffe://cluster.local/ns/team-a/sa/builder", true)]
    [InlineData("spiffe://cluster.local/ns/*/sa/builder", "spiffe://cluster.local/ns/team-a/x/sa/builder", false)]
    public void A_star_in_a_subject_crosses_neither_slash_nor_colon(string pattern, string name, bool expected)
    {
        NamePattern.TryParseSubject(pattern, out var parsed).Should().BeTrue();
        parsed!.Covers(name).Should().Be(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/**/b")]
    [InlineData("a**")]
    [InlineData("***")]
    [InlineData("a b")]
    public void What_is_no_pattern_is_refused(string pattern) => NamePattern.TryParsePath(pattern, out _).Should().BeFalse();

    [Fact]
    public void A_subject_has_no_pattern_for_all_that_follows() => NamePattern.TryParseSubject("system:serviceaccount:/**", out _).Should().BeFalse();

    [Fact]
    public void A_hostile_name_does_not_take_long()
    {
        NamePattern.TryParsePath(string.Concat(Enumerable.Repeat("*a", 250)), out var pattern).Should().BeTrue();
        pattern!.Covers(new string('a', 250_000) + "b").Should().BeFalse();
    }
}
