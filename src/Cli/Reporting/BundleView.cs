using System.Text;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Signers;
using Provenance.Attestor.Statements;
using Spectre.Console;

namespace Provenance.Cli.Reporting;

/// <summary>Shows what a bundle claims, as a tree.</summary>
internal static class BundleView
{
    private const int ShownSubjects = 10;

    public static void Write(IAnsiConsole console, string path, BundleInspection bundle)
    {
        var texts = new TreeText(console.Profile.Width);
        var tree = new Tree(texts.At(0, $"{path}: what it claims; nothing of it was verified"));
        tree.AddNode(texts.At(1, bundle.Material.MediaType));
        AddSigner(texts, tree.AddNode(texts.At(1, "signer")), bundle);
        AddTimes(texts, tree.AddNode(texts.At(1, "seen by")), bundle);
        if (bundle.Message is { } message)
        {
            tree.AddNode(texts.At(1, $"plain signature over {message.Algorithm.Name!.ToLowerInvariant()}:{Convert.ToHexStringLower(message.Digest.Span)}"));
        }
        else if (bundle.Statement is { } statement)
        {
            AddStatement(texts, tree.AddNode(texts.At(1, "statement")), statement);
        }
        else
        {
            tree.AddNode(texts.At(1, $"payload of type {bundle.PayloadType}, which is no statement that can be read"));
        }

        console.Write(tree);
    }

    private static void AddSigner(TreeText texts, TreeNode node, BundleInspection bundle)
    {
        if (bundle.CertificateValidity is not { } validity)
        {
            node.AddNode(texts.At(2, $"key, hint {bundle.Material.KeyHint ?? "none"}"));
            return;
        }

        node.AddNode(texts.At(2, $"identity  {bundle.Identity?.Subject ?? "none, or more than one"}"));
        node.AddNode(texts.At(2, $"issuer    {bundle.Identity?.Issuer ?? "none"}"));
        node.AddNode(texts.At(2, $"certificate valid {SignatureRows.Text(validity.Start)} to {SignatureRows.Text(validity.End ?? validity.Start)}"));
    }

    private static void AddTimes(TreeText texts, TreeNode node, BundleInspection bundle)
    {
        foreach (var entry in bundle.Material.LogEntries)
        {
            var text = new StringBuilder($"log {Convert.ToHexStringLower(entry.LogId.Span)[..Math.Min(16, entry.LogId.Length * 2)]}... entry {entry.LogIndex}, {entry.Kind} {entry.Version}");
            if (entry is { IntegratedTime: > 0 and < 253402300800 })
            {
                text.Append(" at ").Append(SignatureRows.Text(DateTimeOffset.FromUnixTimeSeconds(entry.IntegratedTime)));
            }

            text.Append(Proofs(entry));
            node.AddNode(texts.At(2, text.ToString()));
        }

        foreach (var time in bundle.Timestamps)
        {
            node.AddNode(texts.At(2, time is { } claimed ? $"timestamp of {SignatureRows.Text(claimed)}" : "timestamp that cannot be read"));
        }

        if (node.Nodes.Count is 0)
        {
            node.AddNode(texts.At(2, "nobody"));
        }
    }

    private static string Proofs(LogEntry entry) => (entry.Promise, entry.Proof) switch
    {
        (not null, not null) => " (promise and proof)",
        (not null, null) => " (promise only)",
        (null, not null) => " (proof)",
        _ => " (no proof)",
    };

    private static void AddStatement(TreeText texts, TreeNode node, Statement statement)
    {
        node.AddNode(texts.At(2, $"predicate {statement.PredicateType}"));
        foreach (var subject in statement.Subjects.Take(ShownSubjects))
        {
            node.AddNode(texts.At(2, $"subject   {subject.Digest?.ToString() ?? "no usable digest"}  {subject.Name}"));
        }

        if (statement.Subjects.Count > ShownSubjects)
        {
            node.AddNode(texts.At(2, $"and {statement.Subjects.Count - ShownSubjects} more subjects"));
        }
    }
}
