using System.Globalization;
using System.Text;

namespace Provenance.Attestor.Signing.Pkcs11;

/// <summary>
/// A key in a hardware security module, as an RFC 7512 URI names it: <c>pkcs11:token=T;object=O?module-path=M&amp;pin-source=F</c>. Errors
/// never repeat the URI, as a PIN may stand in it.
/// </summary>
internal sealed class Pkcs11Reference
{
    /// <summary>What references begin with.</summary>
    public const string Scheme = "pkcs11:";

    private const int LargestPin = 255;

    private Pkcs11Reference()
    {
    }

    /// <summary>The module, a shared library.</summary>
    public required string ModulePath { get; init; }

    /// <summary>The token's label; null where it does not matter.</summary>
    public string? Token { get; private init; }

    /// <summary>The token's serial number; null where it does not matter.</summary>
    public string? Serial { get; private init; }

    /// <summary>The slot; null where it does not matter.</summary>
    public ulong? Slot { get; private init; }

    /// <summary>The key's label; null where it does not matter.</summary>
    public byte[]? Label { get; private init; }

    /// <summary>The key's id; null where it does not matter.</summary>
    public byte[]? Id { get; private init; }

    /// <summary>The PIN; null for a token that needs none.</summary>
    public byte[]? Pin { get; private init; }

    /// <summary>Sentences to show to the operator.</summary>
    public IReadOnlyList<string> Problems { get; private init; } = [];

    /// <summary>The key as messages name it.</summary>
    public override string ToString() =>
        $"{(Label is null ? $"the key with id {Convert.ToHexStringLower(Id!)}" : $"the key {Encoding.UTF8.GetString(Label)}")} in the token {Token ?? Serial ?? $"of slot {Slot}"}";

    /// <summary>Reads a URI.</summary>
    /// <param name="reference">The URI.</param>
    /// <param name="environment">Finds an environment variable: <c>COSIGN_PKCS11_MODULE_PATH</c> and <c>COSIGN_PKCS11_PIN</c> stand in for what the URI does not say.</param>
    /// <exception cref="KeyException"><c>KEY_REFERENCE</c>.</exception>
    public static Pkcs11Reference Read(string reference, Func<string, string?> environment)
    {
        string rest = reference[Scheme.Length..];
        int query = rest.IndexOf('?', StringComparison.Ordinal);
        var path = Attributes(query < 0 ? rest : rest[..query], ';', ["token", "serial", "slot-id", "object", "id", "type"]);
        var asked = Attributes(query < 0 ? "" : rest[(query + 1)..], '&', ["module-path", "pin-value", "pin-source"]);
        string? Variable(string name) => environment(name) is { Length: > 0 } value ? value : null;

        string module = Text(asked, "module-path") ?? Variable("COSIGN_PKCS11_MODULE_PATH")
            ?? throw Refuse("needs module-path, the shared library of the module, such as ?module-path=/usr/lib/softhsm/libsofthsm2.so");
        ulong? slot = null;
        if (Text(path, "slot-id") is { } number)
        {
            slot = ulong.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out ulong parsed) ? parsed : throw Refuse("has a slot-id that is no number");
        }

        if (Text(path, "type") is not (null or "private"))
        {
            throw Refuse("has a type other than private");
        }

        var read = new Pkcs11Reference
        {
            ModulePath = Path.IsPathFullyQualified(module) ? module : throw Refuse("has a module-path that does not begin at the root; it would depend on where the command is run"),
            Token = Text(path, "token"),
            Serial = Text(path, "serial"),
            Slot = slot,
            Label = path.GetValueOrDefault("object"),
            Id = path.GetValueOrDefault("id"),
            Pin = asked.GetValueOrDefault("pin-value") ?? (Text(asked, "pin-source") is { } source ? ReadPin(source) : Variable("COSIGN_PKCS11_PIN") is { } pin ? Encoding.UTF8.GetBytes(pin) : null),
            Problems = asked.ContainsKey("pin-value")
                ? ["The PIN stands in the command line, where others on this machine can read it. Name a file by pin-source, or set COSIGN_PKCS11_PIN."]
                : [],
        };
        return read switch
        {
            { Token: null, Serial: null, Slot: null } => throw Refuse("needs token, serial or slot-id"),
            { Label: null, Id: null } => throw Refuse("needs object, the key's label, or id"),
            { Pin.Length: > LargestPin } => throw Refuse("has a PIN that is too long"),
            _ => read,
        };
    }

    private static Dictionary<string, byte[]> Attributes(string text, char separator, string[] known)
    {
        var attributes = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (string part in text.Split(separator, StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? "" : part[..equals];
            if (!known.Contains(name, StringComparer.Ordinal))
            {
                // Not quoted: it may be a piece of a PIN.
                throw Refuse($"has an attribute that is not known here; those before the question mark are token, serial, slot-id, object, id and type, those after it module-path, pin-value and pin-source");
            }

            if (!attributes.TryAdd(name, Decode(part[(equals + 1)..])))
            {
                throw Refuse($"has {name} twice");
            }
        }

        return attributes;
    }

    private static byte[] Decode(string text)
    {
        var bytes = new List<byte>();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] is not '%')
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(text[i].ToString()));
            }
            else if (i + 2 < text.Length && byte.TryParse(text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value))
            {
                bytes.Add(value);
                i += 2;
            }
            else
            {
                throw Refuse("has a percent sign that two hexadecimal digits do not follow");
            }
        }

        return bytes.Count > 0 ? [.. bytes] : throw Refuse("has an attribute without a value");
    }

    private static byte[] ReadPin(string source)
    {
        string path = source.StartsWith("file:", StringComparison.Ordinal) ? source["file:".Length..].Replace("///", "/", StringComparison.Ordinal) : source;
        try
        {
            return SecretFile.FindText(path, 4096) is { } text
                ? Encoding.UTF8.GetBytes(text.TrimEnd('\r', '\n'))
                : throw Refuse("names a pin-source with more than 4,096 bytes");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyException("KEY_UNREADABLE", $"The pin-source {path} cannot be read: {e.Message}", e);
        }
    }

    private static string? Text(Dictionary<string, byte[]> attributes, string name) => attributes.TryGetValue(name, out byte[]? value) ? Encoding.UTF8.GetString(value) : null;

    private static KeyException Refuse(string what) => new("KEY_REFERENCE", $"The pkcs11: URI {what}.");
}
