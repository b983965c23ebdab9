using Provenance.Attestor.Signers;

namespace Provenance.Attestor.Tests.Signers;

public sealed class TextPatternTests
{
    [Theory]
    [InlineData(@"https://github\.com/org/.*", "https://github.com/org/app", true)]
    [InlineData(@"https://github\.com/org/.*", "https://evil.com/?x=https://github.com/org/app", false)]
    [InlineData(@"https://github\.com/org/.*", "https://github.com/organisation", false)]
    [InlineData("^a|b$", "ax", false)]
    [InlineData("^a|b$", "xb", false)]
    [InlineData("a|b", "b", true)]
    [InlineData("app", "app\n", false)]
    [InlineData("app$", "app\n", false)]
    [InlineData("App", "app", false)]
    public void A_pattern_covers_the_whole_text_or_nothing(string expression, string text, bool matches)
    {
        TextPattern.TryParse(expression, out var pattern, out _).Should().BeTrue();

        pattern!.IsMatch(text).Should().Be(matches);
    }

    [Theory]
    [InlineData("a)|(b")]
    [InlineData("(")]
    [InlineData("(a)\\1")]
    [InlineData("(?=a)a")]
    [InlineData("")]
    public void An_expression_that_is_unbalanced_or_needs_backtracking_is_refused(string expression)
    {
        TextPattern.TryParse(expression, out _, out string? problem).Should().BeFalse();
        problem.Should().NotBeNullOrEmpty();
    }

    [Fact]
    public void An_expression_that_would_blow_up_elsewhere_answers()
    {
        TextPattern.TryParse("(a+)+b", out var pattern, out _).Should().BeTrue();

        pattern!.IsMatch(new string('a', 50_000)).Should().BeFalse();
    }
}
