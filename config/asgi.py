"""HTTP by Django, websockets by Channels; a socket from another origin is refused, and a request that would fill the disk.

What probes ask is answered before all that.
"""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django_application = get_asgi_application()  # loads the apps, so it comes before anything that imports models

from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402
from django.urls import path  # noqa: E402

from config.bounds import bounded  # noqa: E402
from config.health import Health  # noqa: E402
from grading.consumers import GradingConsumer  # noqa: E402
from training.consumers import TrainingConsumer  # noqa: E402
from tutor.consumers import ConversationConsumer  # noqa: E402

sockets = [
    path("ws/conversations/<uuid:pk>/", ConversationConsumer.as_asgi()),  # type: ignore[arg-type]  # path's type knows views only
    path("ws/grading/<uuid:pk>/", GradingConsumer.as_asgi()),  # type: ignore[arg-type]
    path("ws/training/", TrainingConsumer.as_asgi()),  # type: ignore[arg-type]
    path("ws/training/<uuid:pk>/", TrainingConsumer.as_asgi()),  # type: ignore[arg-type]
]
application = ProtocolTypeRouter(
    {
        "http": Health(bounded(django_application)),
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(sockets))),  # type: ignore[arg-type]
    }
)
