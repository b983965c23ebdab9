using System.Net;
using Provenance.ArtifactStore.Access.Declaring;
using Provenance.ArtifactStore.Blobs.S3;
using Provenance.ArtifactStore.Configuring;
using Provenance.ArtifactStore.Folders;
using Provenance.ArtifactStore.Space.Declaring;
using Provenance.ArtifactStore.Upstreams;

namespace Provenance.Cli.Hosting;

/// <summary>Reads the configuration file of a store: one YAML document of kind <c>Store</c>.</summary>
internal static class StoreFile
{
    private const string ApiVersion = "provenance.dev/v1alpha1";

    /// <summary>What the file says; null for a path of null.</summary>
    /// <exception cref="CommandException">Everything that is wrong with it.</exception>
    public static StoreSettings Load(string? path)
    {
        if (path is null)
        {
            return new StoreSettings();
        }

        var problems = new YamlProblems(path);
        var roots = StrictYaml.Read(ReadBytes(path), problems);
        var settings = new StoreSettings();
        if (roots is [var root])
        {
            settings = Read(root, problems, Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        else if (problems.All.Count is 0)
        {
            problems.Add(0, 0, $"the file holds {roots.Count} documents; it must be one, of kind Store.");
        }

        return problems.All.Count is 0 ? settings : throw new CommandException(ExitCodes.Usage, string.Join(Environment.NewLine, problems.All));
    }

    /// <summary>Reads <c>HOST:PORT</c>, where the host is an address or localhost.</summary>
    public static IPEndPoint? Endpoint(string text)
    {
        string address = text.StartsWith("localhost:", StringComparison.Ordinal) ? "127.0.0.1" + text["localhost".Length..] : text;
        int colon = address.LastIndexOf(':');
        return colon > 0 && address[^1] is not ']' && IPEndPoint.TryParse(address, out var endpoint) && int.TryParse(address.AsSpan(colon + 1), out _) ? endpoint : null;
    }

    private static byte[] ReadBytes(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            byte[] bytes = new byte[StrictYaml.MaximumSize + 1];
            return bytes[..stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCodes.Usage, $"--config {path} cannot be read: {e.Message}");
        }
    }

    private static StoreSettings Read(YamlNode root, YamlProblems problems, string folder)
    {
        var document = new YamlFields(root, "", problems);
        RequireText(document, "apiVersion", ApiVersion);
        RequireText(document, "kind", "Store");
        if (document.Find("metadata") is { } metadata)
        {
            var fields = new YamlFields(metadata, "metadata", problems);
            fields.FindText("name");
            fields.Finish();
        }

        var settings = document.Get("spec") is { } spec ? ReadSpec(new YamlFields(spec, "spec", problems), folder) : new StoreSettings();
        document.Finish();
        return settings;
    }

    private static StoreSettings ReadSpec(YamlFields spec, string folder)
    {
        var defaults = new StoreSettings();
        var settings = new StoreSettings
        {
            Listen = ReadEndpoint(spec) ?? defaults.Listen,
            Durability = ReadDurability(spec),
            AccessLog = spec.FindFlag("accessLog", defaults.AccessLog),
            Drain = TimeSpan.FromSeconds(spec.FindNumber("drainSeconds", (long)defaults.Drain.TotalSeconds, 0, 3600)),
        };
        if (spec.Find("tls") is { } tls)
        {
            var fields = new YamlFields(tls, spec.PathOf("tls"), spec.Problems);
            if (fields.GetText("certificate") is { } certificate && fields.GetText("key") is { } key)
            {
                settings = settings with { Tls = (Path.GetFullPath(certificate, folder), Path.GetFullPath(key, folder)) };
            }

            settings = settings with { ClientAuthorities = fields.FindText("clientAuthorities") is { } authorities ? Path.GetFullPath(authorities, folder) : null };
            fields.Finish();
        }

        if (spec.Find("access") is { } access)
        {
            settings = settings with { Access = AccessSection.Read(access, spec.PathOf("access"), folder, spec.Problems) };
        }

        if (spec.Find("space") is { } space)
        {
            settings = settings with { Space = SpaceSection.Read(space, spec.PathOf("space"), spec.Problems) };
        }

        settings = ReadStorage(spec, settings);
        if (settings.S3 is not null && spec.Find("space") is { } bounds)
        {
            spec.Problems.Add(bounds, $"{spec.PathOf("space")} is for blobs in the data folder. With {spec.PathOf("backend.s3")}, give the bucket rules of its own.");
        }

        spec.Finish();
        return settings;
    }

    private static StoreSettings ReadStorage(YamlFields spec, StoreSettings settings)
    {
        if (spec.Find("backend") is { } backend)
        {
            var fields = new YamlFields(backend, spec.PathOf("backend"), spec.Problems);
            settings = settings with { S3 = fields.Get("s3") is { } s3 ? S3Section.Read(s3, fields.PathOf("s3"), spec.Problems) : null };
            fields.Finish();
        }

        var upstreams = spec.FindItems("upstreams").Select((node, number) => UpstreamSection.Read(node, $"{spec.PathOf("upstreams")}[{number}]", spec.Problems));
        settings = settings with { Upstreams = [.. upstreams.OfType<Upstream>()] };
        if (spec.Find("scrub") is { } scrub)
        {
            var fields = new YamlFields(scrub, spec.PathOf("scrub"), spec.Problems);
            settings = settings with
            {
                ScrubInterval = fields.FindTime("interval", TimeSpan.FromDays(7), TimeSpan.FromMinutes(1), TimeSpan.FromDays(365)),
                ScrubRate = fields.FindRate("rate") ?? settings.ScrubRate,
            };
            fields.Finish();
            if (settings.S3 is not null)
            {
                spec.Problems.Add(scrub, $"{spec.PathOf("scrub")} cannot stand beside backend.s3: only blobs on a disk can be scrubbed.");
            }
        }

        return settings;
    }

    private static IPEndPoint? ReadEndpoint(YamlFields spec)
    {
        if (spec.Find("listen") is not { } node)
        {
            return null;
        }

        // Unquoted it looks like a number to some readers, but there is nothing else that it could be here.
        if (node is YamlScalar { Value: var text } && Endpoint(text) is { } endpoint)
        {
            return endpoint;
        }

        spec.Problems.Add(node, $"{spec.PathOf("listen")} must be an address and a port, such as \"127.0.0.1:5000\".");
        return null;
    }

    private static Durability ReadDurability(YamlFields spec)
    {
        switch (spec.Find("durability"))
        {
            case null or YamlScalar { Value: "full" }:
                return Durability.Full;
            case YamlScalar { Value: "none" }:
                return Durability.None;
            case var node:
                spec.Problems.Add(node, $"{spec.PathOf("durability")} must be full or none.");
                return Durability.Full;
        }
    }

    private static void RequireText(YamlFields document, string name, string expected)
    {
        if (document.Get(name) is { } node && (node as YamlScalar)?.Value != expected)
        {
            document.Problems.Add(node, $"{name} must be {expected}.");
        }
    }
}
