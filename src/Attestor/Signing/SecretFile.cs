using System.Security.Cryptography;
using System.Text;

namespace Provenance.Attestor.Signing;

/// <summary>Reads small files that hold a passphrase, a PIN or a token.</summary>
internal static class SecretFile
{
    /// <summary>The text of a file; null where it has more bytes. What stands in the folder as its size is not asked: pipes and devices have none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="largest">How many bytes it may have.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static string? FindText(string path, int largest)
    {
        byte[] bytes = new byte[largest + 1];
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            int start = bytes.AsSpan(0, length).StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
            return length <= largest ? Encoding.UTF8.GetString(bytes, start, length - start) : null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
