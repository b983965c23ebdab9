using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Provenance.Cli.Hosting;

/// <summary>Registers MediatR 5, which has no registration of its own.</summary>
internal static class Mediation
{
    public static IServiceCollection AddMediator(this IServiceCollection services) => services
        .AddTransient<ServiceFactory>(static provider => provider.GetService!)
        .AddTransient<IMediator, Mediator>();
}
