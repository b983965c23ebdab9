using System.Security.Cryptography;
using System.Text;

namespace Provenance.Attestor.Signing;

/// <summary>
/// Reads small files that hold a key, a passphrase, a PIN or a token. What stands in the folder as their size is not asked: pipes and devices
/// have none.
/// </summary>
internal static class SecretFile
{
    /// <summary>The text of a file; null where it has more bytes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="largest">How many bytes it may have.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static string? FindText(string path, int largest)
    {
        if (FindCharacters(path, largest) is not { } characters)
        {
            return null;
        }

        string text = new(characters);
        Array.Clear(characters);
        return text;
    }

    /// <summary>The same as characters, for the caller to erase.</summary>
    public static char[]? FindCharacters(string path, int largest)
    {
        byte[] bytes = new byte[largest + 1];
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
            int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            int start = bytes.AsSpan(0, length).StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
            return length <= largest ? Encoding.UTF8.GetChars(bytes, start, length - start) : null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
