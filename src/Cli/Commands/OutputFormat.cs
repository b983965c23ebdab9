namespace Provenance.Cli.Commands;

/// <summary>For whom a command writes.</summary>
internal enum OutputFormat
{
    Text,
    Json,
}
