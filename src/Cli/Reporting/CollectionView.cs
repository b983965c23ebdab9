using System.Globalization;
using Provenance.ArtifactStore.Space;
using Spectre.Console;

namespace Provenance.Cli.Reporting;

/// <summary>A collection for people.</summary>
internal static class CollectionView
{
    public static void Write(IAnsiConsole console, CollectionReport report)
    {
        string went = report.IsDryRun ? "would go" : "went";
        var table = new Table { Border = TableBorder.None };
        table.AddColumn("what").AddColumn("why").AddColumn(new TableColumn("blobs").RightAligned()).AddColumn(new TableColumn("bytes").RightAligned());
        foreach (var reason in Enum.GetValues<CollectionReason>())
        {
            Row(went, SpaceMetrics.NameOf(reason), report.Of(reason));
        }

        Row("stays", "pinned by manifests", report.Pinned);
        Row("stays", "used within the grace period", report.KeptByGrace);
        Row("stays", "held by caches or by digest", report.Cached);
        console.Write(table);
        console.WriteLine($"{(report.IsDryRun ? "would free" : "freed")} {Number(report.FreedBytes)} bytes; {Number(report.Manifests)} manifests, {Number(report.Keys)} cache keys and {Number(report.Links)} links {went}; {report.Segments} files of the log were given back");
        if (report.UnreadableManifests > 0)
        {
            console.WriteLine($"{report.UnreadableManifests} manifests cannot be read: everything their repositories hold stays. Push them again, or delete them.", new Style(Color.Yellow));
        }

        void Row(string what, string why, CollectionCount count) => table.AddRow(what, why, Number(count.Blobs), Number(count.Bytes));
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
