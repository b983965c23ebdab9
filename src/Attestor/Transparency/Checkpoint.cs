using System.Diagnostics.CodeAnalysis;
using System.Text;
using Provenance.Attestor.Envelopes;

namespace Provenance.Attestor.Transparency;

/// <summary>A log's signed statement of its size and root (C2SP tlog-checkpoint in a signed-note). Reading one verifies nothing.</summary>
internal sealed class Checkpoint
{
    private const int MaximumSize = 64 << 10;
    private const int MaximumSignatures = 64;
    private const string SignaturePrefix = "\u2014 ";

    private Checkpoint(byte[] signedText, string origin, long size, byte[] rootHash, IReadOnlyList<CheckpointSignature> signatures)
    {
        SignedText = signedText;
        Origin = origin;
        Size = size;
        RootHash = rootHash;
        Signatures = signatures;
    }

    /// <summary>The bytes that the signatures are over: the text with its last line break.</summary>
    public ReadOnlyMemory<byte> SignedText { get; }

    /// <summary>The first line: which log.</summary>
    public string Origin { get; }

    /// <summary>How many entries the tree has.</summary>
    public long Size { get; }

    /// <summary>The root of the tree.</summary>
    public ReadOnlyMemory<byte> RootHash { get; }

    /// <summary>The log's signature among those of witnesses, in any order.</summary>
    public IReadOnlyList<CheckpointSignature> Signatures { get; }

    /// <summary>Reads a note.</summary>
    /// <exception cref="EvidenceException"><c>TLOG_PROOF</c>.</exception>
    public static Checkpoint Parse(string note)
    {
        int end = note.IndexOf("\n\n", StringComparison.Ordinal);
        if (note.Length > MaximumSize || end < 0 || end + 2 >= note.Length || !note.EndsWith('\n'))
        {
            throw Malformed("it is no signed note, or has no signature");
        }

        if (note.AsSpan().IndexOfAnyInRange('\0', '\t') >= 0 || note.AsSpan().IndexOfAnyInRange('\v', '\u001F') >= 0)
        {
            throw Malformed("it has a control character");
        }

        string text = note[..(end + 1)];
        string[] lines = text.Split('\n');
        if (lines.Length < 4 || lines[0].Length is 0)
        {
            throw Malformed("it lacks the origin, the size or the root hash");
        }

        if (!StrictJson.TryReadCount(lines[1], out long size))
        {
            throw Malformed($"its second line \"{StrictJson.Excerpt(lines[1])}\" is no tree size");
        }

        if (!TryDecode(lines[2], out byte[]? root) || root.Length is not 32)
        {
            throw Malformed($"its third line \"{StrictJson.Excerpt(lines[2])}\" is no root hash");
        }

        string[] signatures = note[(end + 2)..^1].Split('\n');
        return signatures.Length <= MaximumSignatures
            ? new Checkpoint(Encoding.UTF8.GetBytes(text), lines[0], size, root, [.. signatures.Select(ReadSignature)])
            : throw Malformed($"it has {signatures.Length} signatures, more than {MaximumSignatures}");
    }

    private static CheckpointSignature ReadSignature(string line)
    {
        int space = line.LastIndexOf(' ');
        return line.StartsWith(SignaturePrefix, StringComparison.Ordinal)
            && space > SignaturePrefix.Length
            && IsName(line.AsSpan(SignaturePrefix.Length..space))
            && TryDecode(line[(space + 1)..], out byte[]? bytes)
            && bytes.Length > 4
            ? new CheckpointSignature(line[SignaturePrefix.Length..space], bytes.AsMemory(0, 4), bytes.AsMemory(4))
            : throw Malformed("a signature line is malformed");
    }

    // The name of a key has neither blanks of any script nor a plus (C2SP signed-note).
    private static bool IsName(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (c is '+' || char.IsWhiteSpace(c))
            {
                return false;
            }
        }

        return true;
    }

    // Notes know one alphabet only, unlike envelopes.
    private static bool TryDecode(string text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        return !text.Contains('-', StringComparison.Ordinal) && !text.Contains('_', StringComparison.Ordinal) && StrictBase64.TryDecode(text, out bytes);
    }

    private static EvidenceException Malformed(string what) => new("TLOG_PROOF", $"The checkpoint cannot be read: {what}.");
}
