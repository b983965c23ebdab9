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

        var facts = new List<Fact> { new("  size", found.Size is { } size ? $"{size} bytes" : "the bytes are not in this store") };
        if (found.MediaType is not null)
        {
            facts.Add(new Fact("  type", found.MediaType));
        }

        if (found.Size is not null)
        {
            string places = found.Repositories.Count is 0 ? $"http://{registry}/cas/{found.Digest[(found.Digest.IndexOf(':', StringComparison.Ordinal) + 1)..]}" : string.Join(", ", found.Repositories.Select(r => $"{registry}/{r}"));
            facts.Add(new Fact("  where", places));
        }

        FactLayout.Write(console, facts);
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
            var listing = new Listing("what was made from it", "digest", "by");
            foreach (var attestation in found.UsedBy)
            {
                foreach (var subject in attestation.Subjects)
                {
                    listing.Add(subject.Name ?? subject.Uri ?? "", subject.Digest ?? "", attestation.Run?.Name ?? "");
                }
            }

            listing.Write(console);
        }
    }

    private static void WriteAttestation(IAnsiConsole console, IndexedAttestation attestation, string registry, string relation)
    {
        var facts = new List<Fact>();
        if (attestation.Run is { } run)
        {
            facts.Add(new Fact(relation, run.Name));
            facts.Add(new Fact("  ended", $"{run.Outcome ?? "-"}  {run.FinishedOn}"));
            facts.Add(new Fact("  builder", run.Builder));
            facts.Add(new Fact("  run id", run.InvocationId));
        }

        facts.Add(new Fact("  says", attestation.PredicateType));
        facts.Add(new Fact("  signed", Signed(attestation)));
        foreach (string reference in attestation.References)
        {
            facts.Add(new Fact("  stored", $"{registry}/{reference}"));
        }

        FactLayout.Write(console, facts);
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

        var listing = new Listing(title, "where", "digest");
        foreach (var artifact in artifacts)
        {
            listing.Add(artifact.Name ?? "", artifact.Uri ?? "", artifact.Digest ?? "");
        }

        listing.Write(console);
    }
}
