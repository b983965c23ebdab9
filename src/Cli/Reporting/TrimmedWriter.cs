using System.Text;

namespace Provenance.Cli.Reporting;

/// <summary>Leaves away the blanks with which tables fill their lines up: no file and no program wants them.</summary>
internal sealed class TrimmedWriter(TextWriter output) : TextWriter
{
    private readonly StringBuilder line = new();

    public override Encoding Encoding => output.Encoding;

    public override void Write(char value)
    {
        if (value is '\n')
        {
            output.WriteLine(line.ToString().TrimEnd());
            line.Clear();
        }
        else
        {
            line.Append(value);
        }
    }

    public override void Flush()
    {
        // What is no whole line yet is written when it is.
        output.Flush();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && line.Length > 0)
        {
            output.Write(line.ToString());
        }

        base.Dispose(disposing);
    }
}
