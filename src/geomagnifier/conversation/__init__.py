"""Questions that refer back: "and the largest of them?", "segment those", "what is left of it?"."""

from geomagnifier.conversation.follow import Conversation as Conversation
from geomagnifier.conversation.follow import Turn as Turn
from geomagnifier.conversation.follow import follow as follow
