using Spectre.Console;

namespace Provenance.Cli.Reporting;

/// <summary>Texts of a tree, which break at blanks only.</summary>
/// <param name="width">How many columns the tree has.</param>
internal sealed class TreeText(int width)
{
    private const int Indent = 4;

    /// <summary>The text of a node.</summary>
    /// <param name="depth">How far it is from the root.</param>
    /// <param name="text">The text.</param>
    public Text At(int depth, string text) => new(WrappedText.Of(text, width - (Indent * depth)));
}
