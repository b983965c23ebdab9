using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Provenance.Cli.Reporting;

/// <summary>Keeps what others wrote, such as names of runs and messages of registries, from steering the terminal it is shown on.</summary>
internal sealed class HarmlessText : IRenderHook
{
    /// <summary>The text with every character replaced that a terminal would obey; line breaks stay.</summary>
    public static string Of(string text) => text.All(IsHarmless) ? text : string.Concat(text.Select(static c => IsHarmless(c) ? c : '\uFFFD'));

    /// <summary>The same in one line.</summary>
    public static string LineOf(string text) => Of(text.ReplaceLineEndings(" ")).Replace('\n', ' ');

    public IEnumerable<IRenderable> Process(RenderOptions options, IEnumerable<IRenderable> renderables) => renderables.Select(static r => new Harmless(r));

    // Format characters turn the direction of writing around.
    private static bool IsHarmless(char c) =>
        c is '\n' || CharUnicodeInfo.GetUnicodeCategory(c)
            is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    private sealed class Harmless(IRenderable inner) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth) => inner.Measure(options, maxWidth);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) =>
            inner.Render(options, maxWidth).Select(static s => s.IsControlCode || s.IsLineBreak ? s : new Segment(Of(s.Text), s.Style));
    }
}
