using System.Net.Http.Headers;
using System.Text;

namespace Provenance.ArtifactStore.Registries;

/// <summary>
/// Takes the credentials of a request out of the words of its answer: proxies and servers in their debug modes say back what they were
/// told, and those words end in our logs.
/// </summary>
public static class EchoedCredential
{
    private const string Withheld = "(withheld)";

    /// <summary>The text without the token, or without the password and its encoding, that was sent.</summary>
    /// <param name="text">What the server said.</param>
    /// <param name="sent">What it was told.</param>
    public static string Remove(string text, AuthenticationHeaderValue? sent)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (sent?.Parameter is not { Length: > 0 } parameter)
        {
            return text;
        }

        string clean = text.Replace(parameter, Withheld, StringComparison.Ordinal);
        return sent.Scheme is "Basic" && PasswordIn(parameter) is { Length: > 0 } password ? clean.Replace(password, Withheld, StringComparison.Ordinal) : clean;
    }

    private static string? PasswordIn(string parameter)
    {
        byte[] bytes = new byte[parameter.Length];
        if (!Convert.TryFromBase64String(parameter, bytes, out int written))
        {
            return null;
        }

        string pair = Encoding.UTF8.GetString(bytes, 0, written);
        return pair[(pair.IndexOf(':', StringComparison.Ordinal) + 1)..];
    }
}
