using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Provenance.ArtifactStore.Registries;

namespace Provenance.ArtifactStore.Tests.Registries;

public sealed partial class RepositoryNameTests
{
    [Fact]
    public void Names_are_those_of_the_specifications_regular_expression()
    {
        var characters = Gen.Elements('a', 'z', '0', '.', '_', '-', '/', 'A', '\n');
        var names = Gen.Select(Gen.ArrayOf(characters), letters => new string(letters));

        Prop.ForAll(names.ToArbitrary(), name => RepositoryName.IsValid(name) == Specification().IsMatch(name)).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("a/../b")]
    [InlineData("a//b")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("_blobs")]
    [InlineData("a/_tags")]
    [InlineData("a\\b")]
    [InlineData("a%2fb")]
    [InlineData("a\0b")]
    public void Names_that_could_leave_their_folder_are_refused(string name) => RepositoryName.IsValid(name).Should().BeFalse();

    [Fact]
    public void A_name_has_at_most_255_characters()
    {
        RepositoryName.IsValid(new string('a', 255)).Should().BeTrue();
        RepositoryName.IsValid(new string('a', 256)).Should().BeFalse();
    }

    [Theory]
    [InlineData("v1", true)]
    [InlineData("_", true)]
    [InlineData("A.b-c_d", true)]
    [InlineData(".", false)]
    [InlineData("..", false)]
    [InlineData("-v", false)]
    [InlineData("a/b", false)]
    [InlineData("a:b", false)]
    [InlineData("", false)]
    public void Tags_are_those_of_the_specification(string tag, bool valid) => RepositoryName.IsTag(tag).Should().Be(valid);

    [Fact]
    public void A_tag_has_at_most_128_characters()
    {
        RepositoryName.IsTag(new string('a', 128)).Should().BeTrue();
        RepositoryName.IsTag(new string('a', 129)).Should().BeFalse();
    }

    [GeneratedRegex(@"\A[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Specification();
}
