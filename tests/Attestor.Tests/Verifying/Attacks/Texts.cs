using System.Text;

namespace Provenance.Attestor.Tests.Verifying.Attacks;

internal static class Texts
{
    /// <summary>The text with a part replaced, which has to be there, in UTF-8.</summary>
    public static byte[] Replacing(this string text, string old, string replacement)
    {
        text.Should().Contain(old, "the change must change something");
        return Encoding.UTF8.GetBytes(text.Replace(old, replacement, StringComparison.Ordinal));
    }
}
