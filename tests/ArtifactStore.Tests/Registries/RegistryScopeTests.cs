using FluentAssertions;
using Provenance.ArtifactStore.Registries;
using Xunit;

namespace Provenance.ArtifactStore.Tests.Registries;

public sealed class RegistryScopeTests
{
    [Theory]
    [InlineData("registry.example", "registry.example/app", true)]
    [InlineData("registry.example", "registry.example/team/app@sha256:0000000000000000000000000000000000000000000000000000000000000000", true)]
    [InlineData("registry.example", "registry.example:5000/app", false)]
    [InlineData("registry.example", "registry.example.evil.example/app", false)]
    [InlineData("registry.example/team", "registry.example/team/app", true)]
    [InlineData("registry.example/team", "registry.example/team", true)]
    [InlineData("registry.example/team", "registry.example/teams/app", false)]
    [InlineData("registry.example/team", "registry.example/other/team/app", false)]
    [InlineData("Registry.Example/team", "registry.example/team/app", true)]
    [InlineData("localhost:5000", "localhost:5000/app", true)]
    [InlineData("docker.io", "app", true)]
    [InlineData("docker.io/library", "app", true)]
    public void A_scope_holds_whole_parts_of_names_only(string scope, string reference, bool expected) =>
        Scope(scope).Contains(Reference.Parse(reference)).Should().Be(expected);

    [Theory]
    [InlineData("")]
    [InlineData("/team")]
    [InlineData("registry.example/")]
    [InlineData("team/app")]
    [InlineData("registry.example/app:v1")]
    [InlineData("registry.example/app@sha256:0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("https://registry.example")]
    [InlineData("registry.example/../team")]
    public void Anything_else_is_refused_with_a_reason(string text)
    {
        RegistryScope.TryParse(text, out _, out string? problem).Should().BeFalse();
        problem.Should().NotBeNullOrEmpty();
    }

    [Theory]
    [InlineData("registry.example")]
    [InlineData("registry.example/team/app")]
    public void It_is_shown_as_it_was_written(string text) => Scope(text).ToString().Should().Be(text);

    private static RegistryScope Scope(string text) =>
        RegistryScope.TryParse(text, out var scope, out string? problem) ? scope : throw new FormatException(problem);
}
