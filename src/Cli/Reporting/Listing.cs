using Spectre.Console;

namespace Provenance.Cli.Reporting;

/// <summary>Rows of the same fields: a table where it fits into the terminal, else a line a field.</summary>
internal sealed class Listing(params string[] headers)
{
    private readonly List<string[]> rows = [];

    public void Add(params string[] row) => rows.Add(row);

    public void Write(IAnsiConsole console)
    {
        if (TableWidth() > console.Profile.Width)
        {
            foreach (string[] row in rows)
            {
                console.WriteLine();
                FactLayout.Write(console, [.. headers.Zip(row, static (header, text) => new Fact("  " + header, text)).Where(static fact => fact.Text.Length > 0)]);
            }

            return;
        }

        var table = new Table { Border = TableBorder.Minimal };
        table.AddColumns(headers);
        foreach (string[] row in rows)
        {
            table.AddRow(row.Select(static text => new Text(text)));
        }

        console.Write(table);
    }

    // A column has a blank on either side and a line between it and the next; around the table there is a blank as well.
    private int TableWidth() => 1 + headers.Select((header, i) => rows.Select(row => row[i].Length).Append(header.Length).Max() + 3).Sum();
}
