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
        var tree = new Tree(new Text($"{path}: what it claims; nothing of it was verified"));
        tree.AddNode(new Text(bundle.Material.MediaType));
        AddSigner(tree.AddNode(new Text("signer")), bundle);
        AddTimes(tree.AddNode(new Text("seen by")), bundle);
        if (bundle.Message is { } message)
        {
            tree.AddNode(new Text($"plain signature over {message.Algorithm.Name!.ToLowerInvariant()}:{Convert.ToHexStringLower(message.Digest.Span)}"));
        }
        else if (bundle.Statement is { } statement)
        {
            AddStatement(tree.AddNode(new Text("statement")), statement);
        }
        else
        {
            tree.AddNode(new Text($"payload of type {bundle.PayloadType}, which is no statement that can be read"));
        }

        console.Write(tree);
    }

    private static void AddSigner(TreeNode node, BundleInspection bundle)
    {
        if (bundle.CertificateValidity is not { } validity)
        {
            node.AddNode(new Text($"key, hint {bundle.Material.KeyHint ?? "none"}"));
            return;
        }

        node.AddNode(new Text($"identity  {bundle.Identity?.Subject ?? "none, or more than one"}"));
        node.AddNode(new Text($"issuer    {bundle.Identity?.Issuer ?? "none"}"));
        node.AddNode(new Text($"certificate valid {SignatureRows.Text(validity.Start)} to {SignatureRows.Text(validity.End ?? validity.Start)}"));
    }

    private static void AddTimes(TreeNode node, BundleInspection bundle)
    {
        foreach (var entry in bundle.Material.LogEntries)
        {
            var text = new StringBuilder($"log {Convert.ToHexStringLower(entry.LogId.Span)[..Math.Min(16, entry.LogId.Length * 2)]}... entry {entry.LogIndex}, {entry.Kind} {entry.Version}");
            if (entry is { IntegratedTime: > 0 and < 253402300800 })
            {
                text.Append(" at ").Append(SignatureRows.Text(DateTimeOffset.FromUnixTimeSeconds(entry.IntegratedTime)));
            }

            text.Append(Proofs(entry));
            node.AddNode(new Text(text.ToString()));
        }

        foreach (var time in bundle.Timestamps)
        {
            node.AddNode(new Text(time is { } claimed ? $"timestamp of {SignatureRows.Text(claimed)}" : "timestamp that cannot be read"));
        }

        if (node.Nodes.Count is 0)
        {
            node.AddNode(new Text("nobody"));
        }
    }

    private static string Proofs(LogEntry entry) => (entry.Promise, entry.Proof) switch
    {
        (not null, not null) => " (promise and proof)",
        (not null, null) => " (promise only)",
        (null, not null) => " (proof)",
        _ => " (no proof)",
    };

    private static void AddStatement(TreeNode node, Statement statement)
    {
        node.AddNode(new Text($"predicate {statement.PredicateType}"));
        foreach (var subject in statement.Subjects.Take(ShownSubjects))
        {
            node.AddNode(new Text($"subject   {subject.Digest?.ToString() ?? "no usable digest"}  {subject.Name}"));
        }

        if (statement.Subjects.Count > ShownSubjects)
        {
            node.AddNode(new Text($"and {statement.Subjects.Count - ShownSubjects} more subjects"));
        }
    }
}
