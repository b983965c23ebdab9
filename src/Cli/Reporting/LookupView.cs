using Provenance.Attestor.Lookups;
using Spectre.Console;

namespace Provenance.Cli.Reporting;

/// <summary>Shows what is known of a digest as tables and a tree.</summary>
internal static class LookupView
{
    public static void Write(IAnsiConsole console, DigestLookup found, string registry)
    {
        console.WriteLine(found.Digest);
        if (!found.IsKnown)
        {
            console.WriteLine("Nothing is known of this digest here.");
            return;
        }

        var facts = new Grid().AddColumn().AddColumn();
        facts.AddRow(new Text("  size"), new Text(found.Size is { } size ? $"{size} bytes" : "the bytes are not in this store"));
        if (found.MediaType is not null)
        {
            facts.AddRow(new Text("  type"), new Text(found.MediaType));
        }

        if (found.Size is not null)
        {
            string places = found.Repositories.Count is 0 ? $"http://{registry}/cas/{found.Digest[(found.Digest.IndexOf(':', StringComparison.Ordinal) + 1)..]}" : string.Join(", ", found.Repositories.Select(r => $"{registry}/{r}"));
            facts.AddRow(new Text("  where"), new Text(places));
        }

        console.Write(facts);
        foreach (var attestation in found.MadeBy)
        {
            console.WriteLine();
            WriteAttestation(console, attestation, registry, "made by");
            WriteArtifacts(console, "made from", attestation.Dependencies);
        }

        foreach (var attestation in found.MadeOnTheWayBy)
        {
            console.WriteLine();
            WriteAttestation(console, attestation, registry, "came up in");
        }

        if (found.UsedBy.Count > 0)
        {
            console.WriteLine();
            var table = new Table { Border = TableBorder.Minimal, Title = null };
            table.AddColumns("what was made from it", "digest", "by");
            foreach (var attestation in found.UsedBy)
            {
                foreach (var subject in attestation.Subjects)
                {
                    table.AddRow(new Text(subject.Name ?? subject.Uri ?? ""), new Text(subject.Digest ?? ""), new Text(attestation.Run?.Name ?? ""));
                }
            }

            console.Write(table);
        }
    }

    private static void WriteAttestation(IAnsiConsole console, IndexedAttestation attestation, string registry, string relation)
    {
        var facts = new Grid().AddColumn().AddColumn();
        if (attestation.Run is { } run)
        {
            facts.AddRow(new Text(relation), new Text(run.Name));
            facts.AddRow(new Text("  ended"), new Text($"{run.Outcome ?? "-"}  {run.FinishedOn}"));
            facts.AddRow(new Text("  builder"), new Text(run.Builder));
            facts.AddRow(new Text("  run id"), new Text(run.InvocationId));
        }

        facts.AddRow(new Text("  says"), new Text(attestation.PredicateType));
        facts.AddRow(new Text("  signed"), new Text(Signed(attestation)));
        foreach (string reference in attestation.References)
        {
            facts.AddRow(new Text("  stored"), new Text($"{registry}/{reference}"));
        }

        console.Write(facts);
    }

    private static string Signed(IndexedAttestation attestation) => attestation switch
    {
        { VerifiedBy: { } key } => $"verified, key sha256:{key}",
        { IsVerified: true, SignedBy: { } own } => $"verified, {own}",
        { SignedBy: { } other } => $"NOT VERIFIED: signed by {other}, who does not sign for this store; do not rely on what it says",
        _ => "NOT VERIFIED by a key or as the identity of this store: do not rely on what it says",
    };

    private static void WriteArtifacts(IAnsiConsole console, string title, IReadOnlyList<IndexedArtifact> artifacts)
    {
        if (artifacts.Count is 0)
        {
            return;
        }

        var table = new Table { Border = TableBorder.Minimal };
        table.AddColumns(title, "where", "digest");
        foreach (var artifact in artifacts)
        {
            table.AddRow(new Text(artifact.Name ?? ""), new Text(artifact.Uri ?? ""), new Text(artifact.Digest ?? ""));
        }

        console.Write(table);
    }
}
