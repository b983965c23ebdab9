using FsCheck;
using FsCheck.Fluent;
using Provenance.Attestor.Statements;

namespace Provenance.Attestor.Tests.Statements;

public sealed class DigestSetTests
{
    [Theory]
    [InlineData("sha256", 64)]
    [InlineData("sha384", 96)]
    [InlineData("sha512", 128)]
    [InlineData("sha1", 40)]
    [InlineData("gitCommit", 40)]
    [InlineData("gitCommit", 64)]
    public void TryCreate_takes_a_digest_of_the_right_length(string algorithm, int length)
    {
        DigestSet.TryCreate([new(algorithm, new string('a', length))], out var set, out string? problem).Should().BeTrue(problem);
        set!.Find(algorithm).Should().HaveLength(length);
    }

    [Theory]
    [InlineData("sha256", 63, 'a', "63 characters where 64 are needed")]
    [InlineData("sha256", 65, 'a', "65 characters where 64 are needed")]
    [InlineData("sha256", 64, 'A', "not lower-case hexadecimal")]
    [InlineData("sha256", 64, 'g', "not lower-case hexadecimal")]
    [InlineData("sha256", 0, 'a', "0 characters where 64 are needed")]
    [InlineData("sha1", 64, 'a', "64 characters where 40 are needed")]
    [InlineData("md5", 32, 'a', "\"md5\" is no accepted digest algorithm")]
    [InlineData("SHA256", 64, 'a', "\"SHA256\" is no accepted digest algorithm")]
    [InlineData("", 64, 'a', "\"\" is no accepted digest algorithm")]
    public void TryCreate_says_what_is_wrong(string algorithm, int length, char digit, string expected)
    {
        DigestSet.TryCreate([new(algorithm, new string(digit, length))], out var set, out string? problem).Should().BeFalse();
        set.Should().BeNull();
        problem.Should().Contain(expected);
    }

    [Fact]
    public void TryCreate_refuses_no_digest_at_all_and_the_same_algorithm_twice()
    {
        DigestSet.TryCreate([], out _, out string? none).Should().BeFalse();
        none.Should().Be("it has no digest");
        DigestSet.TryCreate([new("sha1", new('a', 40)), new("sha1", new('b', 40))], out _, out string? twice).Should().BeFalse();
        twice.Should().Be("it has two digests named sha1");
    }

    [Fact]
    public void ContentDigest_is_none_for_digests_that_do_not_stand_for_content()
    {
        DigestSet.TryCreate([new("sha1", new('a', 40))], out var weak, out _).Should().BeTrue();
        weak!.ContentDigest.Should().BeNull();
        DigestSet.TryCreate([new("sha1", new('a', 40)), new("sha256", new('b', 64))], out var strong, out _).Should().BeTrue();
        strong!.ContentDigest!.ToString().Should().Be("sha256:" + new string('b', 64));
    }

    [Fact]
    public void TryCreate_takes_any_text_without_an_exception() =>
        Prop.ForAll<string, string>((algorithm, value) =>
        {
            bool created = DigestSet.TryCreate([new(algorithm ?? "", value ?? "")], out var set, out string? problem);
            return created ? set is not null && problem is null : set is null && problem is not null;
        }).QuickCheckThrowOnFailure();
}
