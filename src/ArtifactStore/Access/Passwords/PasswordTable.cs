using System.Security.Cryptography;
using System.Text;

namespace Provenance.ArtifactStore.Access.Passwords;

/// <summary>The users of an htpasswd file: a line a user, the name, a colon and a bcrypt hash. Other hashes are refused.</summary>
internal sealed class PasswordTable
{
    /// <summary>How large a file may be: 4 MiB.</summary>
    public const int MaximumSize = 4 << 20;

    private const int MaximumNameLength = 255;

    private readonly Dictionary<string, BcryptHash> users;
    private readonly BcryptHash[] decoys;
    private readonly byte[] decoyKey = RandomNumberGenerator.GetBytes(32);

    private PasswordTable(Dictionary<string, BcryptHash> users)
    {
        this.users = users;
        // As many decoys of each cost as users have it: what an unknown user costs does not tell it from a known one.
        decoys = users.Count is 0 ? [BcryptHash.Unmatchable(10)] : [.. users.Values.Select(static hash => BcryptHash.Unmatchable(hash.Cost))];
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="FormatException">The message names the line, never what stands there.</exception>
    public static PasswordTable Parse(ReadOnlySpan<byte> utf8)
    {
        string text;
        try
        {
            text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(utf8);
        }
        catch (DecoderFallbackException)
        {
            throw new FormatException("the file is not valid UTF-8.");
        }

        var users = new Dictionary<string, BcryptHash>(StringComparer.Ordinal);
        int number = 0;
        foreach (string line in text.Split('\n').Select(static l => l.TrimEnd('\r')))
        {
            number++;
            if (line.Length is 0 || line[0] is '#')
            {
                continue;
            }

            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon is < 1 or > MaximumNameLength || line.AsSpan(0, colon).ContainsAnyInRange('\0', '\x1f'))
            {
                throw new FormatException($"line {number} is not of the form user:hash.");
            }

            if (!BcryptHash.TryParse(line[(colon + 1)..].TrimEnd(), out var hash, out string? problem))
            {
                throw new FormatException($"line {number} cannot be used: {problem}.");
            }

            if (!users.TryAdd(line[..colon], hash))
            {
                throw new FormatException($"line {number} names a user a second time.");
            }
        }

        return new PasswordTable(users);
    }

    /// <summary>The user's hash; for an unknown user a decoy, always the same one for the same name.</summary>
    public BcryptHash HashOf(string user)
    {
        byte[] mark = HMACSHA256.HashData(decoyKey, Encoding.UTF8.GetBytes(user));
        var decoy = decoys[BitConverter.ToUInt32(mark) % (uint)decoys.Length];
        return users.GetValueOrDefault(user, decoy);
    }
}
