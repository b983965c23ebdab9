using Spectre.Console;
using Spectre.Console.Rendering;

namespace Provenance.Cli.Reporting;

/// <summary>
/// Makes all that is drawn on a terminal <see cref="HarmlessText"/>, and breaks no line: what is too long is for the terminal to show, from
/// which it is then copied in one piece.
/// </summary>
internal sealed class HarmlessRendering : IRenderHook
{
    /// <summary>More columns than anything has.</summary>
    public const int Unbroken = 1 << 20;

    public IEnumerable<IRenderable> Process(RenderOptions options, IEnumerable<IRenderable> renderables) => renderables.Select(static r => new Harmless(r));

    private sealed class Harmless(IRenderable inner) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth) => inner.Measure(options, maxWidth);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) =>
            inner.Render(options, Unbroken).Select(static s => s.IsControlCode || s.IsLineBreak ? s : new Segment(HarmlessText.Of(s.Text), s.Style));
    }
}
